using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Thaw.Store.Tests;

/// <summary>
/// A change that makes one of these fail breaks stores that users have. docs/formats/chunk-store.md says what to do
/// instead of editing the test. Goldens are only read: what zstd writes differs from version to version.
/// </summary>
public sealed class FormatTripwires
{
    private const string ServiceChunk = "chunk1-service.golden";
    private const string AccountChunk = "chunk1-account.golden";
    private const string Layer = "layer1.golden";

    private static readonly byte[] s_plaintext = [.. Enumerable.Range(0, 2 * 4096).Select(i => (byte)(i / 64))];

    [Fact]
    public void Chunk_Constants_AreAsWritten()
    {
        Assert.Equal("TCHK", Encoding.ASCII.GetString(BitConverter.GetBytes(ChunkHeader.Magic)));
        Assert.Equal((48, 16, 12, 1, 1), (
            ChunkHeader.Bytes, ChunkHeader.TagBytes, ChunkHeader.NonceBytes, ChunkHeader.FormatVersion,
            ChunkHeader.Aes256Gcm));
        Assert.Equal((0, 1), ((int)Compression.Stored, (int)Compression.Zstd));
        Assert.Equal((1, 2), ((int)NonceKind.Synthetic, (int)NonceKind.Random));
    }

    [Fact]
    public void Layer_Constants_AreAsWritten()
    {
        Assert.Equal("THAWLAYR", Encoding.ASCII.GetString(LayerHeaderCodec.Magic));
        Assert.Equal((1, 96, 32, 12, 16), (
            LayerHeaderCodec.FormatVersion, LayerHeaderCodec.PreludeBytes, LayerHeaderCodec.ChecksumBytes,
            LayerHeaderCodec.NonceBytes, LayerHeaderCodec.TagBytes));
        Assert.Equal((1, 2, 3), ((int)LayerKind.Boot, (int)LayerKind.Runtime, (int)LayerKind.Function));
        Assert.Equal(uint.MaxValue, PageMapRun.ZeroPosition);
        Assert.Equal("memory", LayerSpace.Memory);
        Assert.Equal(
            ["chunks", "layers", "roots", "working-sets", "publishing", "sweeps", "working-set-pages"],
            StoreAreas.All.Select(area => area.Folder()));
    }

    [Fact]
    public void OtherFormats_Constants_AreAsWritten()
    {
        Assert.Equal(1, KeyFileContent.FormatVersion);
        Assert.Equal(61, KeyWrap.BlobBytes);
        Assert.Equal(24, LeaseRecord.RecordBytes);
        Assert.Equal("THAWXPRT", Encoding.ASCII.GetString(ExportPrelude.Magic));
        Assert.Equal((1, 64, 32), (ExportPrelude.FormatVersion, ExportPrelude.Bytes, ExportStream.ChecksumBytes));
    }

    // Names and derived keys are part of the format: equal content must find what older builds stored.
    [Fact]
    public void Name_OfKnownContent_IsAsWritten()
    {
        using DataKey key = Key();
        using ChunkSealer sealer = new(key, Keyspace.Service, new SeededEntropy(1));
        Span<byte> naming = stackalloc byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, Secret(), naming, "thaw chunk name v1"u8);

        Assert.Equal(
            Convert.ToHexStringLower(HMACSHA256.HashData(naming, s_plaintext)), sealer.Name(s_plaintext).ToString());
    }

    [Theory]
    [InlineData(ServiceChunk, "service")]
    [InlineData(AccountChunk, "account/alice")]
    public void Golden_Chunk_StillOpens(string name, string owner)
    {
        Assert.True(Keyspace.TryParse(owner, out Keyspace keyspace));
        using DataKey key = Key();
        using ChunkSealer sealer = new(key, keyspace, new SeededEntropy(1));
        byte[] opened = new byte[s_plaintext.Length];

        sealer.Open(sealer.Name(s_plaintext), Golden(name), opened);

        Assert.Equal(s_plaintext, opened);
    }

    [Fact]
    public void Golden_Layer_StillOpens()
    {
        using DataKey key = Key();
        LayerManifest expected = SampleLayer();
        byte[] golden = Golden(Layer);

        LayerHeader header = LayerManifestCodec.ReadHeader(expected.Id, golden);
        LayerManifest manifest = LayerManifestCodec.Open(header, key, golden);

        Assert.Equal(
            (expected.Id, expected.Header.ParentId, LayerKind.Function, World.Alice, expected.Header.Created),
            (header.Id, header.ParentId, header.Kind, header.Keyspace, header.Created));
        Assert.Equal(expected.Header.ChunkIds, header.ChunkIds);
        Assert.Equal(expected.Header.Keys[0].Blob.ToArray(), Assert.Single(header.Keys).Blob.ToArray());
        Assert.Equal(expected.Chunks, manifest.Chunks);
        Assert.Equal(expected.Sequence, manifest.Sequence);
        Assert.Equal(expected.WorkingSet, manifest.WorkingSet);
        Assert.Equal(expected.Totals, manifest.Totals);
        Assert.Equal(expected.PagesPerChunk, manifest.PagesPerChunk);
        LayerSpace space = Assert.Single(manifest.Spaces);
        Assert.Equal(("memory", 10L * 4096, true), (space.Name, space.LengthBytes, space.IsInherited));
        Assert.Equal(expected.Spaces[0].Map.Runs, space.Map.Runs);
    }

    // Run once for a new format version: dotnet run --project tests/Thaw.Store.Tests -- -explicit only
    [Fact(Explicit = true)]
    public void Goldens_Create_UnlessTheyExist()
    {
        using DataKey key = Key();
        (string Name, Keyspace Keyspace)[] chunks = [(ServiceChunk, Keyspace.Service), (AccountChunk, World.Alice)];
        foreach ((string name, Keyspace keyspace) in chunks)
        {
            using ChunkSealer sealer = new(key, keyspace, new SeededEntropy(1));
            Write(name, sealer.Seal(s_plaintext).Sealed.ToArray());
        }
        Write(Layer, LayerManifestCodec.Seal(SampleLayer(), key, new SeededEntropy(2)));
    }

    private static LayerManifest SampleLayer()
    {
        using DataKey key = Key();
        using ChunkSealer sealer = new(key, World.Alice, new SeededEntropy(1));
        ChunkId id = sealer.Name(s_plaintext);
        LayerHeader header = new()
        {
            Id = new LayerId(new KeyId(1, 2)),
            ParentId = new LayerId(new KeyId(3, 4)),
            Kind = LayerKind.Function,
            Keyspace = World.Alice,
            Created = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
            Keys = [new WrappedKey(key.Id, new KeyId(5, 6), new byte[] { 7, 8, 9 })],
            ChunkIds = [id],
        };
        return new LayerManifest(
            header,
            32,
            [new LayerChunk(id, 2, 200, 0, true)],
            [0],
            [
                new LayerSpace(
                    "memory",
                    10 * 4096,
                    true,
                    new PageMap([new PageMapRun(1, 2, 0), new PageMapRun(4, 3, PageMapRun.ZeroPosition)])),
            ],
            [new WorkingSetEntry("memory", new PageRange(2, 1))],
            new LayerTotals(2, 3, 0, 200));
    }

    private static byte[] Secret() => [.. Enumerable.Range(0, DataKey.SecretBytes).Select(i => (byte)i)];

    private static DataKey Key() => new(new KeyId(0x0123456789abcdef, 0xfedcba9876543210), Secret());

    private static byte[] Golden(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", name));

    private static void Write(string name, byte[] content)
    {
        string path = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "Goldens", name);
        using FileStream file = new(path, FileMode.CreateNew);
        file.Write(content);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
