namespace Thaw.Snapshot.Tests;

/// <summary>A small snapshot with one section of each sort, the same bytes every time.</summary>
internal static class SampleSnapshot
{
    internal static readonly SectionId Device = new("dev/virtio-blk/code");
    internal static readonly SectionId Vcpu = new("vm/vcpu/0");
    internal static readonly SectionId Note = new("note");

    internal static SnapshotId Id => new(new UInt128(0x0011223344556677, 0x8899aabbccddeeff));

    internal static SnapshotId BaseId => new(new UInt128(1, 2));

    internal static HostFingerprint Host => new(
        Architecture: "x86_64",
        CpuVendor: "AuthenticAMD",
        CpuSignature: 0x00830f10,
        CpuidHash: 0xfeedfacecafebeef,
        KernelRelease: "6.12.0-test",
        Capabilities: [new KvmCapabilityValue(0, 1), new KvmCapabilityValue(208, 4096)]);

    internal static MemoryManifest Memory => new(
        BaseId,
        fileBytes: 8 * MemoryManifest.BlockBytes,
        [
            new MemoryRange(0, 4 * MemoryManifest.BlockBytes, 0),
            new MemoryRange(1UL << 32, 4 * MemoryManifest.BlockBytes, 4 * MemoryManifest.BlockBytes),
        ],
        [new FilePageRun(0, 1), new FilePageRun(500, 20), new FilePageRun(4095, 1)],
        [0x11111111, 0x22222222, 0x33333333]);

    internal static SnapshotWriter Create()
    {
        SnapshotWriter writer = new(SnapshotKind.Diff, Id);
        writer.Add(SectionId.HostFingerprint, Host);
        writer.Add(SectionId.MemoryManifest, Memory);
        writer.Add(Vcpu, version: 7, new byte[] { 0xaa, 0xbb, 0xcc });
        writer.Add(Device, SampleDevice.Create());
        writer.Add(Note, version: 1, ReadOnlyMemory<byte>.Empty, SectionFlags.Optional);
        return writer;
    }

    internal static byte[] ToBytes() => ToBytes(Create());

    internal static byte[] ToBytes(SnapshotWriter writer)
    {
        using MemoryStream stream = new();
        writer.WriteTo(stream);
        return stream.ToArray();
    }

    internal static SnapshotReader Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return SnapshotReader.Read(stream);
    }

    /// <summary>Decodes all that a monitor would: every known section, then the check for unknown ones.</summary>
    internal static void ReadEverything(byte[] bytes)
    {
        SnapshotReader reader = Read(bytes);
        _ = reader.Take<HostFingerprint>(SectionId.HostFingerprint);
        _ = reader.Take<MemoryManifest>(SectionId.MemoryManifest);
        _ = reader.Take<SampleDevice>(Device);
        _ = reader.Take(Vcpu);
        reader.RequireAllTaken();
    }

    internal static SnapshotFault FaultOf(Action action) =>
        Assert.Throws<SnapshotException>(action).Fault;
}
