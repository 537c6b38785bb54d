namespace Thaw.Vmm.Config;

/// <summary>A file that the guest sees as memory.</summary>
public sealed record PmemConfig
{
    /// <summary>Its id: letters, digits and underscores.</summary>
    public required string Id { get; init; }

    /// <summary>The file behind it.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the guest may only read. A writable one shares its writes with the file.</summary>
    public bool IsReadOnly { get; init; }
}
