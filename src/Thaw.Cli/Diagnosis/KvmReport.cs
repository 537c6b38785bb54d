namespace Thaw.Cli.Diagnosis;

/// <summary>What <c>thaw-vmm --probe-kvm</c> says.</summary>
internal sealed record KvmReport
{
    /// <summary>Whether a guest's instructions run on the processor itself.</summary>
    public required bool Usable { get; init; }

    /// <summary>Why, or why not.</summary>
    public string? Reason { get; init; }

    /// <summary>How fast a loop ran in a test VM.</summary>
    public double? InstructionsPerMicrosecond { get; init; }
}
