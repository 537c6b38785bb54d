namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="CacheType"/> on the wire.</summary>
internal sealed class CacheTypeConverter : WireEnumConverter<CacheType>
{
    /// <summary>For the generated serializer.</summary>
    public CacheTypeConverter()
        : base(
            ("Unsafe", CacheType.Unsafe),
            ("Writeback", CacheType.Writeback))
    {
    }
}
