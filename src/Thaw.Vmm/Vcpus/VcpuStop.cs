namespace Thaw.Vmm.Vcpus;

/// <summary>Why a vCPU ended by itself.</summary>
/// <param name="VcpuId">Which vCPU.</param>
/// <param name="IsError">Whether KVM or the CPU refused to go on; a triple fault is none, it is how some guests
/// reset.</param>
/// <param name="Description">For a human.</param>
public sealed record VcpuStop(uint VcpuId, bool IsError, string Description);
