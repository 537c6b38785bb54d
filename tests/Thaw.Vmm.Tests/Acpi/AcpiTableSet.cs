using System.Buffers.Binary;
using System.Text;
using Thaw.Vmm.Acpi;

namespace Thaw.Vmm.Tests.Acpi;

/// <summary>Tables by signature, found by following pointers only.</summary>
internal sealed class AcpiTableSet
{
    private readonly Dictionary<string, byte[]> _tables = [];
    private readonly ulong _base;
    private readonly byte[] _image;

    private AcpiTableSet(byte[] image, ulong at)
    {
        _image = image;
        _base = at;
    }

    internal IReadOnlyDictionary<string, byte[]> Tables => _tables;

    /// <summary>Where each table is.</summary>
    internal Dictionary<string, ulong> Addresses { get; } = [];

    internal byte[] this[string signature] => _tables[signature];

    internal static AcpiTableSet Find(AcpiImage image, ulong at)
    {
        AcpiTableSet found = new(image.Tables, at);
        byte[] xsdt = found.Add(BinaryPrimitives.ReadUInt64LittleEndian(image.RootPointer.AsSpan(24)));
        for (int entry = 36; entry < xsdt.Length; entry += sizeof(ulong))
        {
            found.Add(BinaryPrimitives.ReadUInt64LittleEndian(xsdt.AsSpan(entry)));
        }
        // X_DSDT of the FADT.
        found.Add(BinaryPrimitives.ReadUInt64LittleEndian(found["FACP"].AsSpan(140)));
        return found;
    }

    private byte[] Add(ulong address)
    {
        int start = (int)(address - _base);
        int length = BinaryPrimitives.ReadInt32LittleEndian(_image.AsSpan(start + 4));
        byte[] table = _image[start..(start + length)];
        string signature = Encoding.ASCII.GetString(table, 0, 4);
        _tables.Add(signature, table);
        Addresses.Add(signature, address);
        return table;
    }
}
