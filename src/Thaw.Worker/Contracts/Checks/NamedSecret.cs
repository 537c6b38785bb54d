namespace Thaw.Worker;

/// <summary>A secret to look for.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Value">Its bytes.</param>
public sealed record NamedSecret(string Name, ReadOnlyMemory<byte> Value)
{
    /// <summary>The shortest secret that can be looked for: shorter ones are found everywhere by chance.</summary>
    public const int SizeBytesMin = 8;

    /// <summary>The longest secret that can be looked for.</summary>
    public const int SizeBytesMax = 64 * 1024;

    /// <summary>The most secrets at once.</summary>
    public const int CountMax = 64;
}
