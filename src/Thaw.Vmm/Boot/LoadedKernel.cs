namespace Thaw.Vmm.Boot;

/// <summary>A kernel in guest memory.</summary>
/// <param name="Entry">Its 64-bit entry point.</param>
/// <param name="End">First address behind it, with the room it needs to start.</param>
/// <param name="SetupHeader">Its setup header (bytes from 0x1f1 of boot_params); empty for an ELF, which has
/// none.</param>
internal sealed record LoadedKernel(ulong Entry, ulong End, byte[] SetupHeader);
