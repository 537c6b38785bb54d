using System.Buffers.Binary;
using System.Text;

namespace Thaw.Vmm.Acpi;

/// <summary>
/// Builds ACPI Machine Language (ACPI 6.5, chapter 20). A package's length stands before its content, so content is
/// built by a nested writer.
/// </summary>
internal sealed class AmlWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>What was written so far.</summary>
    internal byte[] ToArray() => [.. _bytes];

    /// <summary>Scope (path) { content }.</summary>
    internal AmlWriter Scope(string path, Action<AmlWriter> content) => Package([0x10], path, content);

    /// <summary>Device (name) { content }.</summary>
    internal AmlWriter Device(string name, Action<AmlWriter> content) => Package([0x5b, 0x82], name, content);

    /// <summary>Method (name, argumentCount, NotSerialized) { content }.</summary>
    internal AmlWriter Method(string name, int argumentCount, Action<AmlWriter> content) =>
        Package([0x14], name, body =>
        {
            body._bytes.AddRange([(byte)argumentCount]);
            content(body);
        });

    /// <summary>Name (name, value), the value being written next.</summary>
    internal AmlWriter Name(string name)
    {
        _bytes.AddRange([0x08]);
        return Path(name);
    }

    /// <summary>An integer in its shortest form.</summary>
    internal AmlWriter Integer(ulong value)
    {
        switch (value)
        {
            case 0 or 1:
                _bytes.AddRange([(byte)value]);
                break;
            case <= byte.MaxValue:
                _bytes.AddRange([0x0a, (byte)value]);
                break;
            case <= ushort.MaxValue:
                _bytes.AddRange([0x0b]);
                LittleEndian(value, 2);
                break;
            case <= uint.MaxValue:
                _bytes.AddRange([0x0c]);
                LittleEndian(value, 4);
                break;
            default:
                _bytes.AddRange([0x0e]);
                LittleEndian(value, 8);
                break;
        }
        return this;
    }

    /// <summary>A string of ASCII.</summary>
    internal AmlWriter String(string text)
    {
        _bytes.AddRange([0x0d]);
        _bytes.AddRange(Encoding.ASCII.GetBytes(text));
        _bytes.AddRange([0]);
        return this;
    }

    /// <summary>A compressed EISA id such as PNP0501 (ACPI 6.5, 19.3.4).</summary>
    internal AmlWriter EisaId(string id)
    {
        uint value = (uint)((id[0] - 0x40) << 26 | (id[1] - 0x40) << 21 | (id[2] - 0x40) << 16)
            | Convert.ToUInt32(id[3..], 16);
        _bytes.AddRange([0x0c]);
        LittleEndian(BinaryPrimitives.ReverseEndianness(value), 4);
        return this;
    }

    /// <summary>Package () { integers }.</summary>
    internal AmlWriter IntegerPackage(params ulong[] values)
    {
        AmlWriter content = new();
        content._bytes.AddRange([(byte)values.Length]);
        foreach (ulong value in values)
        {
            content.Integer(value);
        }
        return Wrap([0x12], content);
    }

    /// <summary>ResourceTemplate () { descriptors } as the value of a name.</summary>
    internal AmlWriter Resources(Action<ResourceWriter> descriptors)
    {
        ResourceWriter resources = new();
        descriptors(resources);
        byte[] bytes = resources.Finish();
        AmlWriter content = new();
        content.Integer((ulong)bytes.Length);
        content._bytes.AddRange(bytes);
        return Wrap([0x11], content);
    }

    /// <summary>If (Arg0 == value) { content }.</summary>
    internal AmlWriter IfArgument0Equals(ulong value, Action<AmlWriter> content)
    {
        AmlWriter body = new();
        body._bytes.AddRange([0x93, 0x68]);
        body.Integer(value);
        content(body);
        return Wrap([0xa0], body);
    }

    /// <summary>Notify (path, value).</summary>
    internal AmlWriter Notify(string path, ulong value)
    {
        _bytes.AddRange([0x86]);
        return Path(path).Integer(value);
    }

    private AmlWriter Package(ReadOnlySpan<byte> opcode, string path, Action<AmlWriter> content)
    {
        AmlWriter body = new();
        body.Path(path);
        content(body);
        return Wrap(opcode, body);
    }

    private AmlWriter Wrap(ReadOnlySpan<byte> opcode, AmlWriter content)
    {
        byte[] bytes = content.ToArray();
        _bytes.AddRange(opcode);
        WritePackageLength(bytes.Length);
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>PkgLength counts its own bytes (ACPI 6.5, 20.2.4).</summary>
    private void WritePackageLength(int contentBytes)
    {
        if (contentBytes + 1 < 0x40)
        {
            _bytes.AddRange([(byte)(contentBytes + 1)]);
            return;
        }
        int lengthBytes = contentBytes + 2 < 1 << 12 ? 2 : contentBytes + 3 < 1 << 20 ? 3 : 4;
        int total = contentBytes + lengthBytes;
        _bytes.AddRange([(byte)((lengthBytes - 1) << 6 | total & 0xf)]);
        LittleEndian((ulong)total >> 4, lengthBytes - 1);
    }

    /// <summary>A name path: "\_SB_.GED_" or "_HID"; segments are padded to four characters.</summary>
    private AmlWriter Path(string path)
    {
        ReadOnlySpan<char> rest = path;
        if (rest.StartsWith("\\"))
        {
            _bytes.AddRange([(byte)'\\']);
            rest = rest[1..];
        }
        string[] segments = rest.ToString().Split('.');
        if (segments.Length == 2)
        {
            _bytes.AddRange([0x2e]);
        }
        else if (segments.Length > 2)
        {
            _bytes.AddRange([0x2f, (byte)segments.Length]);
        }
        foreach (string segment in segments)
        {
            _bytes.AddRange(Encoding.ASCII.GetBytes(segment.PadRight(4, '_')));
        }
        return this;
    }

    private void LittleEndian(ulong value, int countBytes)
    {
        for (int i = 0; i < countBytes; i++)
        {
            _bytes.AddRange([(byte)(value >> (8 * i))]);
        }
    }
}
