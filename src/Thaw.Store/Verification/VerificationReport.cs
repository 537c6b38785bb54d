using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>What a verification looked at and found.</summary>
/// <param name="Layers">Layers whose manifests were opened.</param>
/// <param name="Chunks">Chunks that were opened and are what their names say.</param>
/// <param name="Bytes">Sealed bytes of these.</param>
/// <param name="Problems">Everything that is wrong.</param>
public sealed record VerificationReport(
    int Layers, long Chunks, long Bytes, ImmutableArray<VerificationProblem> Problems)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool IsGood => Problems.IsEmpty;
}
