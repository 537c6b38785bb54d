namespace Thaw.Images.Recipes;

/// <summary>A root file system made of Debian packages and a few files of our own.</summary>
public sealed record RootRecipe
{
    /// <summary>Names the image.</summary>
    public required string Name { get; init; }

    /// <summary>Debian's suite that the packages come from.</summary>
    public required string Suite { get; init; }

    /// <summary>The packages; what they depend on is added.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Shell commands run on the unpacked packages, whose directory is <c>$1</c>.</summary>
    public IReadOnlyList<string> Hooks { get; init; } = [];

    /// <summary>Folders of recipe files to the directories of the image that they are copied into.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Libraries of ours (folders of <c>guest/native</c>) to the directories that they are put into.</summary>
    /// <remarks>Settable: generated JSON code gives an absent init-only property null.</remarks>
    public IReadOnlyDictionary<string, string> Native { get; set; } = new Dictionary<string, string>();

    /// <summary>What of this machine's own .NET goes into the image; null for images without.</summary>
    public SharedRuntimeRecipe? SharedRuntime { get; set; }

    /// <summary>Directories that have to be there.</summary>
    public IReadOnlyList<string> Directories { get; init; } = [];
}
