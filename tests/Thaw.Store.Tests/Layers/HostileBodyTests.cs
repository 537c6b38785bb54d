using System.Collections.Immutable;

namespace Thaw.Store.Tests;

/// <summary>
/// Manifest bodies that somebody with the key sealed and that no writer makes: bounds hold before anything is used.
/// </summary>
public sealed class HostileBodyTests
{
    private static readonly LayerHeader s_header = new()
    {
        Id = new LayerId(new KeyId(1, 1)),
        ParentId = default,
        Kind = LayerKind.Boot,
        Keyspace = Keyspace.Service,
        Created = DateTimeOffset.UnixEpoch,
        Keys = [new WrappedKey(default, default, new byte[8])],
        ChunkIds = [default],
    };

    [Fact]
    public void Decode_OfAGoodBody_GivesIt()
    {
        LayerManifest manifest = LayerBodyCodec.Decode(s_header, Body());

        Assert.Equal((4, 4u), (manifest.PagesPerChunk, manifest.DataPages));
        Assert.Equal(
            [new PageMapRun(0, 4, 0), new PageMapRun(4, 6, PageMapRun.ZeroPosition)], manifest.Spaces[0].Map.Runs);
        Assert.Equal([new WorkingSetEntry("memory", new PageRange(1, 2))], manifest.WorkingSet);
    }

    public static TheoryData<string> Lies =>
    [
        "pagesPerChunk=0", "pagesPerChunk=100000", "total=negative",
        "chunks=2", "chunks=4294967295", "chunkPages=0", "chunkPages=5", "chunkKey=1", "chunkFlags=2",
        "sealed=4294967295",
        "sequence=4294967295", "index=1",
        "spaces=65", "spaces=4294967295", "name=", "name=a b", "name=long", "length=huge", "inherits=2",
        "runs=4294967295", "run=overlap", "run=behind end", "run=behind data", "run=empty", "run=wraps", "run=gap",
        "set=4294967295", "setSpace=1", "setReserved=1", "setRange=behind", "setRange=empty", "trailing",
    ];

    [Theory]
    [MemberData(nameof(Lies))]
    public void Decode_OfABodyThatLies_Refuses(string lie)
    {
        LayerException exception = Assert.Throws<LayerException>(() => { LayerBodyCodec.Decode(s_header, Body(lie)); });

        Assert.Equal((LayerFault.Malformed, s_header.Id), (exception.Fault, exception.Id));
    }

    [Fact]
    public void Decode_OfABodyCutAnywhere_Refuses()
    {
        byte[] body = Body();
        for (int length = 0; length < body.Length; length++)
        {
            byte[] cut = body[..length];
            Assert.Throws<LayerException>(() => { LayerBodyCodec.Decode(s_header, cut); });
        }
    }

    // Whatever bytes come, the answer is a manifest or a LayerException.
    [Fact]
    public void Decode_OfRandomlyChangedBodies_NeverFailsOtherwise()
    {
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] body = Body();
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }
            Exception? exception = Record.Exception(() => LayerBodyCodec.Decode(s_header, body));
            Assert.True(exception is null or LayerException, exception?.ToString());
        }
    }

    private static byte[] Body(string lie = "")
    {
        string Field(string name, string good) => lie.StartsWith(name + "=", StringComparison.Ordinal)
            ? lie[(name.Length + 1)..]
            : good;
        uint Number(string name, uint good) => uint.Parse(Field(name, $"{good}"));
        FieldWriter writer = new();
        writer.UInt32(Number("pagesPerChunk", 4));
        writer.UInt64(lie == "total=negative" ? ulong.MaxValue : 4);
        writer.UInt64(6);
        writer.UInt64(0);
        writer.UInt64(0);
        writer.UInt32(Number("chunks", 1));
        writer.UInt32(Number("sealed", 100));
        writer.UInt16((ushort)Number("chunkPages", 4));
        writer.Byte((byte)Number("chunkKey", 0));
        writer.Byte((byte)Number("chunkFlags", 0));
        writer.UInt32(Number("sequence", 1));
        writer.UInt32(Number("index", 0));
        writer.UInt32(Number("spaces", 1));
        writer.Text(Field("name", "memory") is "long" ? new string('x', 97) : Field("name", "memory"));
        writer.UInt64(lie == "length=huge" ? ulong.MaxValue : 10 * 4096);
        writer.Byte((byte)Number("inherits", 0));
        writer.UInt32(Number("runs", 2));
        foreach (uint number in Runs(Field("run", "")))
        {
            writer.UInt32(number);
        }
        writer.UInt32(Number("set", 1));
        writer.UInt16((ushort)Number("setSpace", 0));
        writer.UInt16((ushort)Number("setReserved", 0));
        writer.UInt32(1);
        writer.UInt32(Field("setRange", "") switch { "behind" => 10, "empty" => 0, _ => 2 });
        if (lie == "trailing")
        {
            writer.Byte(0);
        }
        return writer.ToArray();
    }

    private static ImmutableArray<uint> Runs(string lie) => lie switch
    {
        "overlap" => [0, 4, 0, 3, 7, uint.MaxValue],
        "behind end" => [0, 4, 0, 4, 7, uint.MaxValue],
        "behind data" => [0, 4, 1, 4, 6, uint.MaxValue],
        "empty" => [0, 0, 0, 0, 10, uint.MaxValue],
        "wraps" => [0, 4, uint.MaxValue - 2, 4, 6, uint.MaxValue],
        "gap" => [0, 4, 0, 5, 5, uint.MaxValue],
        _ => [0, 4, 0, 4, 6, uint.MaxValue],
    };
}
