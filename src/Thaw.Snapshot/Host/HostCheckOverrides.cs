namespace Thaw.Snapshot;

/// <summary>Differences between hosts that an operator takes upon himself.</summary>
[Flags]
public enum HostCheckOverrides
{
    /// <summary>Every difference refuses.</summary>
    None = 0,

    /// <summary>Another host kernel release is accepted.</summary>
    KernelRelease = 1,

    /// <summary>Another CPU model of the same vendor, or other CPU features, are accepted.</summary>
    CpuModel = 2,
}
