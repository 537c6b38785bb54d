namespace Thaw.Vmm.Config;

/// <summary>Everything that a microVM is made of, as its user asked for it.</summary>
public sealed record MicrovmConfig
{
    /// <summary>vCPUs and memory.</summary>
    public MachineConfig Machine { get; init; } = new();

    /// <summary>What boots; null for a microVM that was restored.</summary>
    public BootSource? BootSource { get; init; }

    /// <summary>Block devices, in the order in which the guest sees them.</summary>
    public IReadOnlyList<DriveConfig> Drives { get; init; } = [];

    /// <summary>Persistent-memory devices, in the order in which the guest sees them.</summary>
    public IReadOnlyList<PmemConfig> Pmems { get; init; } = [];

    /// <summary>The vsock device, if any.</summary>
    public VsockConfig? Vsock { get; init; }

    /// <summary>Whether there is a virtio-rng device.</summary>
    public bool HasEntropy { get; init; }
}
