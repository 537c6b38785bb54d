namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /boot-source</c>.</summary>
internal sealed record BootSourceConfig
{
    /// <summary>The kernel: an ELF file or a bzImage.</summary>
    public required string KernelImagePath { get; init; }

    /// <summary>The initramfs.</summary>
    public string? InitrdPath { get; init; }

    /// <summary>The kernel's command line; a default when absent.</summary>
    public string? BootArgs { get; init; }
}
