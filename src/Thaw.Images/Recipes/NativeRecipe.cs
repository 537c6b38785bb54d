namespace Thaw.Images.Recipes;

/// <summary>A small library of ours for a root image: C sources in <c>guest/native/NAME</c>, built by gcc.</summary>
public sealed record NativeRecipe
{
    /// <summary>File name of what is built.</summary>
    public required string Output { get; init; }

    /// <summary>Debian packages of the root image's suite whose headers are needed.</summary>
    public IReadOnlyList<string> Headers { get; set; } = [];

    /// <summary>What gcc is told besides warnings, optimisation and where headers are.</summary>
    public IReadOnlyList<string> Options { get; set; } = [];
}
