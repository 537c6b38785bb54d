namespace Thaw.Vmm;

/// <summary>What ended a guest.</summary>
public enum MicrovmEndReason
{
    /// <summary>It powered itself off.</summary>
    Shutdown,

    /// <summary>It reset itself; a microVM does not start again.</summary>
    Reset,

    /// <summary>KVM or the CPU refused to go on.</summary>
    Error,
}
