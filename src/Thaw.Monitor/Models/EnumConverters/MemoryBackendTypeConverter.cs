namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="MemoryBackendType"/> on the wire.</summary>
internal sealed class MemoryBackendTypeConverter : WireEnumConverter<MemoryBackendType>
{
    /// <summary>For the generated serializer.</summary>
    public MemoryBackendTypeConverter()
        : base(
            ("File", MemoryBackendType.File),
            ("Uffd", MemoryBackendType.Uffd),
            ("SharedImages", MemoryBackendType.SharedImages))
    {
    }
}
