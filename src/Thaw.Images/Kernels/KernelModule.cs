using System.Buffers.Binary;
using System.Text;

namespace Thaw.Images.Kernels;

/// <summary>What a kernel module says about itself in its <c>.modinfo</c> section.</summary>
/// <param name="Name">The module's name, with underscores.</param>
/// <param name="Depends">Modules that are to be loaded before it.</param>
public sealed record KernelModule(string Name, IReadOnlyList<string> Depends)
{
    private const int SectionsMax = 4096;
    private const int ElfHeaderSize = 64;
    private const int SectionHeaderSize = 64;

    /// <summary>Parses an uncompressed ELF64 module.</summary>
    /// <exception cref="ImageException">The bytes are not such a module.</exception>
    public static KernelModule Parse(ReadOnlySpan<byte> module, string fileName)
    {
        ReadOnlySpan<byte> info = FindSection(module, ".modinfo"u8, fileName);
        string name = "";
        var depends = new List<string>();
        foreach (string line in Encoding.UTF8.GetString(info).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("name=", StringComparison.Ordinal))
            {
                name = line["name=".Length..];
            }
            else if (line.StartsWith("depends=", StringComparison.Ordinal))
            {
                depends.AddRange(line["depends=".Length..].Split(',', StringSplitOptions.RemoveEmptyEntries));
            }
            else if (line.StartsWith("softdep=pre:", StringComparison.Ordinal))
            {
                string wanted = line["softdep=pre:".Length..].Split("post:")[0];
                depends.AddRange(wanted.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(d => "?" + d));
            }
        }

        return name.Length > 0
            ? new KernelModule(name, depends)
            : throw new ImageException($"{fileName} is not a kernel module: its .modinfo names none.");
    }

    private static ReadOnlySpan<byte> FindSection(
        ReadOnlySpan<byte> elf, ReadOnlySpan<byte> wanted, string fileName)
    {
        if (elf.Length < ElfHeaderSize || !elf.StartsWith("\u007fELF"u8) || elf[4] != 2)
        {
            throw new ImageException($"{fileName} is not a 64-bit ELF file.");
        }

        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);
        int namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3e..]);
        if (count > SectionsMax || namesIndex >= count)
        {
            throw new ImageException($"{fileName} has {count} sections, names in section {namesIndex}.");
        }

        ReadOnlySpan<byte> headers = Slice(elf, table, (ulong)count * SectionHeaderSize, fileName);
        ReadOnlySpan<byte> names = SectionAt(elf, headers, namesIndex, fileName);
        for (int i = 0; i < count; i++)
        {
            uint nameOffset = BinaryPrimitives.ReadUInt32LittleEndian(headers[(i * SectionHeaderSize)..]);
            if (nameOffset >= names.Length)
            {
                continue;
            }

            ReadOnlySpan<byte> name = names[(int)nameOffset..];
            int end = name.IndexOf((byte)0);
            if (end >= 0 && name[..end].SequenceEqual(wanted))
            {
                return SectionAt(elf, headers, i, fileName);
            }
        }

        throw new ImageException($"{fileName} is not a kernel module: it has no {Encoding.UTF8.GetString(wanted)}.");
    }

    private static ReadOnlySpan<byte> SectionAt(
        ReadOnlySpan<byte> elf, ReadOnlySpan<byte> headers, int index, string fileName)
    {
        ReadOnlySpan<byte> header = headers.Slice(index * SectionHeaderSize, SectionHeaderSize);
        return Slice(
            elf,
            BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[0x20..]),
            fileName);
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> elf, ulong offset, ulong length, string fileName)
    {
        if (offset > (ulong)elf.Length || length > (ulong)elf.Length - offset)
        {
            throw new ImageException(
                $"{fileName} is cut short: {length} bytes at {offset} are named, the file has {elf.Length}.");
        }

        return elf.Slice((int)offset, (int)length);
    }
}
