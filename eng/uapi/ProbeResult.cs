namespace Thaw.Uapi;

/// <summary>What a probe program printed.</summary>
public sealed class ProbeResult
{
    /// <summary>Constants: whether the value is negative, and its bits.</summary>
    public Dictionary<string, (bool Negative, ulong Bits)> Constants { get; } = [];

    /// <summary>Struct sizes by C name.</summary>
    public Dictionary<string, int> Sizes { get; } = [];

    /// <summary>Field layouts by C struct and member path.</summary>
    public Dictionary<(string Struct, string Path), FieldLayout> Fields { get; } = [];
}
