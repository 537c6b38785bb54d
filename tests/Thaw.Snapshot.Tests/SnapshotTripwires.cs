using System.Runtime.CompilerServices;
using System.Text;

namespace Thaw.Snapshot.Tests;

/// <summary>
/// A change that makes one of these fail breaks files that users have. docs/formats/snapshot.md says what to do instead
/// of
/// editing the test.
/// </summary>
public sealed class SnapshotTripwires
{
    private const string GoldenName = "abi1-diff.golden";

    [Fact]
    public void Abi_Constants_AreAsWritten()
    {
        Assert.Equal("THAWSNAP", Encoding.ASCII.GetString(BitConverter.GetBytes(SnapshotAbi.Magic)));
        Assert.Equal(1, SnapshotAbi.FormatVersion);
        Assert.Equal(1, SnapshotAbi.StateAbiVersion);
        Assert.Equal(1, SnapshotAbi.MemoryEncodingVersion);
        Assert.Equal(64, SnapshotAbi.HeaderBytes);
        Assert.Equal(24, SnapshotAbi.SectionHeaderBytes);
        Assert.Equal(8, SnapshotAbi.SectionAlignment);
    }

    [Fact]
    public void Abi_KindsFlagsAndSizes_AreAsWritten()
    {
        Assert.Equal(1, (int)SnapshotKind.Full);
        Assert.Equal(2, (int)SnapshotKind.Diff);
        Assert.Equal(1u, (uint)SectionFlags.Optional);
        Assert.Equal(4096, MemoryManifest.PageBytes);
        Assert.Equal(2097152, MemoryManifest.BlockBytes);
        Assert.Equal(1, HostFingerprint.StateVersion);
        Assert.Equal(1, MemoryManifest.StateVersion);
        Assert.Equal("host/fingerprint", SectionId.HostFingerprint.Value);
        Assert.Equal("memory/manifest", SectionId.MemoryManifest.Value);
    }

    // The check value of CRC-32C in its catalogues.
    [Fact]
    public void Crc32C_OfTheDigits_IsTheCatalogueValue() =>
        Assert.Equal(0xe3069283u, Crc32C.Compute("123456789"u8));

    // The hash is stored in snapshots, so that its function is part of the format.
    [Fact]
    public void CpuidHash_OfTwoLeaves_IsAsWritten()
    {
        CpuidHash hash = default;
        hash.Add(function: 0, index: 0, eax: 1, ebx: 2, ecx: 3, edx: 4);
        hash.Add(function: 0x80000001, index: 1, eax: 5, ebx: 6, ecx: 7, edx: 8);
        Assert.Equal(CpuidHashOfTwoLeaves, hash.Value);
    }

    [Fact]
    public void Golden_Written_IsStillWrittenTheSame() =>
        Assert.Equal(Golden(), SampleSnapshot.ToBytes());

    [Fact]
    public void Golden_Read_HasWhatWasWritten()
    {
        SnapshotReader reader = SampleSnapshot.Read(Golden());

        Assert.Equal(SnapshotKind.Diff, reader.Header.Kind);
        Assert.Equal(SampleSnapshot.Id, reader.Header.Id);
        Assert.Equal(SampleDevice.Create(), reader.Take<SampleDevice>(SampleSnapshot.Device));
        HostFingerprint host = reader.Take<HostFingerprint>(SectionId.HostFingerprint);
        host.RequireSameHost(SampleSnapshot.Host);
        MemoryManifest memory = reader.Take<MemoryManifest>(SectionId.MemoryManifest);
        Assert.Equal(SampleSnapshot.Memory.Ranges, memory.Ranges);
        Assert.Equal(SampleSnapshot.Memory.Runs, memory.Runs);
        Assert.Equal(SampleSnapshot.Memory.BlockChecksums, memory.BlockChecksums);
        Assert.Equal(SampleSnapshot.BaseId, memory.BaseId);
        SnapshotSection vcpu = reader.Take(SampleSnapshot.Vcpu);
        Assert.Equal(7, vcpu.Version);
        Assert.Equal(new byte[] { 0xaa, 0xbb, 0xcc }, vcpu.Body.ToArray());
        reader.RequireAllTaken();
    }

    // Run once for a new state ABI: dotnet run --project tests/Thaw.Snapshot.Tests -- -explicit only
    [Fact(Explicit = true)]
    public void Golden_Create_UnlessItExists()
    {
        string path = Path.Combine(Path.GetDirectoryName(ThisFile())!, "Goldens", GoldenName);
        using FileStream file = new(path, FileMode.CreateNew);
        SampleSnapshot.Create().WriteTo(file);
    }

    private const ulong CpuidHashOfTwoLeaves = 296777657344755081;

    private static byte[] Golden() =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", GoldenName));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
