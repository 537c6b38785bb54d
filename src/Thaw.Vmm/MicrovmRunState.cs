namespace Thaw.Vmm;

/// <summary>Whether a microVM's vCPUs run.</summary>
public enum MicrovmRunState
{
    /// <summary>Built or restored, or stopped on request: state may be saved.</summary>
    Paused,

    /// <summary>The guest runs.</summary>
    Running,

    /// <summary>The guest ended; nothing runs again.</summary>
    Ended,
}
