namespace Thaw.Store;

/// <summary>Names an object in a store: an area and 32 or 64 lower-case hexadecimal digits.</summary>
public readonly record struct StoreName
{
    private const int ShortDigits = 32;
    private const int LongDigits = 64;

    private readonly string? _hex;

    private StoreName(StoreArea area, string hex)
    {
        Area = area;
        _hex = hex;
    }

    /// <summary>The object's area.</summary>
    public StoreArea Area { get; }

    /// <summary>The digits.</summary>
    public string Hex => _hex ?? "";

    /// <summary>Folder that spreads an area's objects: the first two digits.</summary>
    public string FanOut => Hex[..2];

    /// <summary>A chunk's name.</summary>
    public static StoreName For(ChunkId id) => new(StoreArea.Chunk, id.ToString());

    /// <summary>The name of something that belongs to a layer.</summary>
    public static StoreName For(StoreArea area, LayerId id) => new(area, id.ToString());

    /// <summary>A record's name.</summary>
    internal static StoreName For(StoreArea area, KeyId id) => new(area, id.ToString());

    /// <summary>Reads a name as a store's listing has it.</summary>
    public static bool TryParse(StoreArea area, string hex, out StoreName name)
    {
        bool isGood = hex.Length is ShortDigits or LongDigits && Store.Hex.IsHex(hex);
        name = isGood ? new StoreName(area, hex) : default;
        return isGood;
    }

    /// <summary>Whether a listing that goes on behind <paramref name="after"/> has this name.</summary>
    public bool IsBehind(StoreName? after) => after is not { } last || string.CompareOrdinal(Hex, last.Hex) > 0;

    /// <summary>The object's path in a directory, its key in a bucket.</summary>
    public string ToPath() => $"{Area.Folder()}/{FanOut}/{Hex}";

    /// <inheritdoc cref="ToPath"/>
    public override string ToString() => ToPath();
}
