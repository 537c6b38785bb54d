namespace Thaw.Vmm.Config;

/// <summary>What boots.</summary>
public sealed record BootSource
{
    /// <summary>The kernel's command line when none is given.</summary>
    public const string DefaultCommandLine = "console=ttyS0 reboot=k panic=1";

    /// <summary>The kernel: an ELF file or a bzImage.</summary>
    public required string KernelPath { get; init; }

    /// <summary>The initramfs, or null.</summary>
    public string? InitrdPath { get; init; }

    /// <summary>The kernel's command line.</summary>
    public string CommandLine { get; init; } = DefaultCommandLine;
}
