namespace Thaw.Snapshot;

/// <summary>A KVM capability and what KVM_CHECK_EXTENSION said for it.</summary>
/// <param name="Capability">Number of the capability (KVM_CAP_*).</param>
/// <param name="Value">Its value; 0 when missing.</param>
public readonly record struct KvmCapabilityValue(uint Capability, uint Value);
