namespace Thaw.Store;

/// <summary>How areas are written in paths and object keys. Part of the format.</summary>
public static class StoreAreas
{
    /// <summary>All areas.</summary>
    public static IReadOnlyList<StoreArea> All { get; } = Enum.GetValues<StoreArea>();

    /// <summary>The folder or prefix of an area.</summary>
    public static string Folder(this StoreArea area) => area switch
    {
        StoreArea.Chunk => "chunks",
        StoreArea.Layer => "layers",
        StoreArea.Root => "roots",
        StoreArea.WorkingSet => "working-sets",
        StoreArea.Publication => "publishing",
        StoreArea.Sweep => "sweeps",
        StoreArea.WorkingSetPages => "working-set-pages",
        _ => throw new ArgumentOutOfRangeException(nameof(area)),
    };
}
