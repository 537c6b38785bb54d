using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>What <c>--probe-kvm</c> prints.</summary>
internal sealed record KvmProbeAnswer
{
    /// <summary>Whether KVM can run Linux guests here.</summary>
    public required bool Usable { get; init; }

    /// <summary>Why, for a human.</summary>
    public required string Reason { get; init; }

    /// <summary>Speed of a guest's loop; 0 when it did not run.</summary>
    [JsonPropertyName("instructionsPerMicrosecond")]
    public required double InstructionsPerMicrosecond { get; init; }
}
