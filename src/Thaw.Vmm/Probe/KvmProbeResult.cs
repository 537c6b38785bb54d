namespace Thaw.Vmm.Probe;

/// <summary>What a KVM is good for.</summary>
/// <param name="IsUsable">Whether it can run Linux guests.</param>
/// <param name="Reason">Why, for a human.</param>
/// <param name="InstructionsPerMicrosecond">The loop's speed; 0 when it did not run.</param>
public sealed record KvmProbeResult(bool IsUsable, string Reason, double InstructionsPerMicrosecond);
