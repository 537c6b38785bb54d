namespace Thaw.Snapshot.Tests;

/// <summary>A state with every kind of field.</summary>
internal sealed record SampleDevice(
    byte Small, bool Yes, ushort Port, uint Features, ulong Address, long Offset, string Name, byte[] Payload)
    : ISnapshotState<SampleDevice>
{
    public static ushort StateVersion => 1;

    public static SampleDevice Create() => new(
        Small: 0x12,
        Yes: true,
        Port: 0x3456,
        Features: 0x789abcde,
        Address: 0x0123456789abcdef,
        Offset: -2,
        Name: "vdä",
        Payload: [1, 2, 3, 4, 5]);

    public void Encode(StateWriter writer)
    {
        writer.U8(Small);
        writer.Bool(Yes);
        writer.U16(Port);
        writer.U32(Features);
        writer.U64(Address);
        writer.I64(Offset);
        writer.Text(Name);
        writer.Bytes(Payload);
    }

    public static SampleDevice Decode(StateReader reader, ushort version) => new(
        reader.U8(),
        reader.Bool(),
        reader.U16(),
        reader.U32(),
        reader.U64(),
        reader.I64(),
        reader.Text(),
        reader.Bytes(countMax: 16));

    public bool Equals(SampleDevice? other) =>
        other is not null && ToString() == other.ToString() && Payload.AsSpan().SequenceEqual(other.Payload);

    public override int GetHashCode() => Address.GetHashCode();

    public override string ToString() => $"{Small} {Yes} {Port} {Features} {Address} {Offset} {Name}";
}
