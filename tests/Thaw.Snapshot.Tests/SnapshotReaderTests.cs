namespace Thaw.Snapshot.Tests;

public sealed class SnapshotReaderTests
{
    [Fact]
    public void RequireAllTaken_UnknownSection_IsRefused()
    {
        SnapshotReader reader = SampleSnapshot.Read(SampleSnapshot.ToBytes());
        _ = reader.Take(SectionId.HostFingerprint);
        _ = reader.Take(SectionId.MemoryManifest);
        _ = reader.Take(SampleSnapshot.Vcpu);

        SnapshotException refused = Assert.Throws<SnapshotException>(reader.RequireAllTaken);

        Assert.Equal(SnapshotFault.UnknownSection, refused.Fault);
        Assert.Contains("dev/virtio-blk/code", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireAllTaken_UnknownOptionalSection_IsLeftAlone()
    {
        SnapshotWriter writer = new(SnapshotKind.Full, SampleSnapshot.Id);
        writer.Add(SampleSnapshot.Note, version: 1, new byte[] { 1 }, SectionFlags.Optional);

        SampleSnapshot.Read(SampleSnapshot.ToBytes(writer)).RequireAllTaken();
    }

    [Fact]
    public void Take_SectionThatIsNotThere_IsMissing()
    {
        SnapshotReader reader = SampleSnapshot.Read(SampleSnapshot.ToBytes());

        Assert.Equal(
            SnapshotFault.MissingSection, SampleSnapshot.FaultOf(() => reader.Take(new SectionId("vm/clock"))));
        Assert.False(reader.TryTake(new SectionId("vm/clock"), out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Take_StateOfAnotherVersion_IsRefused(ushort version)
    {
        SnapshotWriter writer = new(SnapshotKind.Full, SampleSnapshot.Id);
        writer.Add(SampleSnapshot.Device, version, new byte[] { 1 });
        SnapshotReader reader = SampleSnapshot.Read(SampleSnapshot.ToBytes(writer));

        Assert.Equal(
            SnapshotFault.UnsupportedVersion,
            SampleSnapshot.FaultOf(() => reader.Take<SampleDevice>(SampleSnapshot.Device)));
    }

    [Fact]
    public void IdsUnder_Parent_GivesItsSubtreeOnly()
    {
        SnapshotWriter writer = new(SnapshotKind.Full, SampleSnapshot.Id);
        foreach (string id in new[] { "vm/vcpu/1", "vm/vcpu/0", "vm/vcpu-count", "vm/vcpu" })
        {
            writer.Add(new SectionId(id), version: 1, ReadOnlyMemory<byte>.Empty);
        }

        SnapshotReader reader = SampleSnapshot.Read(SampleSnapshot.ToBytes(writer));

        Assert.Equal(
            ["vm/vcpu", "vm/vcpu/0", "vm/vcpu/1"],
            reader.IdsUnder(new SectionId("vm/vcpu")).Select(id => id.Value));
    }

    [Fact]
    public void Add_OneIdTwice_IsRefused()
    {
        SnapshotWriter writer = SampleSnapshot.Create();

        Assert.Equal(
            SnapshotFault.DuplicateSection,
            SampleSnapshot.FaultOf(() => writer.Add(SampleSnapshot.Vcpu, version: 1, ReadOnlyMemory<byte>.Empty)));
    }

    [Theory]
    [InlineData("vm/vcpu/0", true)]
    [InlineData("dev/virtio-blk/a_b.C", true)]
    [InlineData("", false)]
    [InlineData("/vm", false)]
    [InlineData("vm/", false)]
    [InlineData("vm//x", false)]
    [InlineData("vm x", false)]
    [InlineData("vm/ä", false)]
    public void SectionId_IsValid_OnlyForPathLikeAscii(string text, bool valid) =>
        Assert.Equal(valid, SectionId.IsValid(text));

    [Fact]
    public void Header_ReadAlone_NeedsOnlyTheFirst64Bytes()
    {
        using MemoryStream stream = new(SampleSnapshot.ToBytes()[..SnapshotAbi.HeaderBytes]);

        SnapshotHeader header = SnapshotHeader.Read(stream);

        Assert.Equal(5, header.SectionCount);
        Assert.Equal(SampleSnapshot.Id, header.Id);
    }

    [Fact]
    public void Write_ToAFile_LeavesNoTemporaryFile()
    {
        string folder = Directory.CreateTempSubdirectory("thaw-snapshot-test-").FullName;
        try
        {
            string path = Path.Combine(folder, "state");
            File.WriteAllText(path, "old");

            SnapshotFile.Write(path, SampleSnapshot.Create());

            Assert.Equal([path], Directory.GetFiles(folder));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(SampleSnapshot.Id, SnapshotReader.Open(path).Header.Id);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
