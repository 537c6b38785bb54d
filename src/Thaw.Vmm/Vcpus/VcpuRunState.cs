namespace Thaw.Vmm.Vcpus;

/// <summary>What a vCPU's thread does.</summary>
public enum VcpuRunState
{
    /// <summary>Waiting; the vCPU's state may be read and written.</summary>
    Paused,

    /// <summary>In KVM_RUN or handling an exit.</summary>
    Running,

    /// <summary>Ended for good.</summary>
    Finished,
}
