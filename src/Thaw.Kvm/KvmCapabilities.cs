namespace Thaw.Kvm;

/// <summary>What every microVM needs of its host.</summary>
public static class KvmCapabilities
{
    /// <summary>Without one of these, nothing starts.</summary>
    public static IReadOnlyList<KvmCapability> Required { get; } =
    [
        KvmCapability.Irqchip, KvmCapability.UserMemory, KvmCapability.Pit2, KvmCapability.IrqFd,
        KvmCapability.IoEventFd, KvmCapability.AdjustClock, KvmCapability.Xsave, KvmCapability.ImmediateExit,
        KvmCapability.ReadOnlyMemory,
    ];
}
