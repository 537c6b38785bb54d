using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Thaw.GuestAgent.Tests.Packages;

/// <summary>Makes zip files as tools on Unix do, hostile ones included.</summary>
internal sealed class ZipBuilder
{
    private readonly List<(string Name, byte[] Bytes, CompressionLevel Level, int UnixMode)> _entries = [];

    internal ZipBuilder Add(string name, string text, int unixMode = 0) =>
        Add(name, text, CompressionLevel.Optimal, unixMode);

    internal ZipBuilder Add(string name, string text, CompressionLevel level, int unixMode = 0)
    {
        _entries.Add((name, Encoding.UTF8.GetBytes(text), level, unixMode));
        return this;
    }

    internal byte[] Build()
    {
        using MemoryStream file = new();
        using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes, CompressionLevel level, int unixMode) in _entries)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name, level);
                entry.ExternalAttributes = unixMode << 16;
                using Stream stream = entry.Open();
                stream.Write(bytes);
            }
        }
        return file.ToArray();
    }

    /// <summary>Changes a two-byte field of the end record.</summary>
    internal static void PatchEnd(byte[] zip, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(zip.Length - 22 + offset), value);

    /// <summary>Changes a four-byte field of the directory's first entry (two bytes for flags and method).</summary>
    internal static void PatchEntry(byte[] zip, int offset, uint value)
    {
        int at = zip.AsSpan().IndexOf("PK\x01\x02"u8) + offset;
        if (offset is 8 or 10)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(at), (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at), value);
        }
    }
}
