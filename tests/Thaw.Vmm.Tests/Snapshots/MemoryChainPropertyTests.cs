using Thaw.Core;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm.Tests.Snapshots;

/// <summary>Chains of memory files against a plain array of bytes, with fixed seeds.</summary>
public sealed class MemoryChainPropertyTests
{
    private const int Page = PageSize.Bytes;
    private const int MemoryMib = 2;
    private const int PageCount = MemoryMib * 256;
    private const int LayerCountMax = 5;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Load_EveryPrefixOfARandomChain_IsTheMemoryOfItsTime(int seed)
    {
        Random random = new(seed);
        using TemporaryFolder folder = new();
        using GuestRamFixture ram = new(MemoryMib);
        LayerFolder layers = new(folder);
        byte[] model = new byte[PageCount * Page];
        List<byte[]> history = [];
        for (int layer = random.Next(1, LayerCountMax + 1); layer > 0; layer--)
        {
            DirtyBitmap[] marks = Change(random, ram, model);
            layers.Write(ram, marks);
            history.Add([.. model]);
        }

        // Later layers must not have changed what earlier ones say.
        for (int count = 1; count <= history.Count; count++)
        {
            LayerFolder.Load(
                MemoryMib,
                [.. layers.Chain.Take(count)],
                memory => AssertEqual(history[count - 1], memory, $"seed {seed}, {count} layers"),
                verify: true);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Load_CloneWritesEverywhere_OtherClonesAndTheFilesStay(int seed)
    {
        Random random = new(seed);
        using TemporaryFolder folder = new();
        using GuestRamFixture ram = new(MemoryMib);
        LayerFolder layers = new(folder);
        byte[] model = new byte[PageCount * Page];
        layers.Write(ram, Change(random, ram, model));
        layers.Write(ram, Change(random, ram, model));

        LayerFolder.Load(MemoryMib, layers.Chain, other => LayerFolder.Load(MemoryMib, layers.Chain, clone =>
        {
            Assert.True(clone.TryWrite(new GuestAddress(0), Enumerable.Repeat((byte)0xcc, PageCount * Page).ToArray()));
            AssertEqual(model, other, $"seed {seed}, other clone");
        }));

        LayerFolder.Load(
            MemoryMib, layers.Chain, memory => AssertEqual(model, memory, $"seed {seed}, later"), verify: true);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Write_FullSnapshotOfAClone_IsTheWholeChain(int seed)
    {
        Random random = new(seed);
        using TemporaryFolder folder = new();
        using GuestRamFixture ram = new(MemoryMib);
        LayerFolder layers = new(folder);
        byte[] model = new byte[PageCount * Page];
        layers.Write(ram, Change(random, ram, model));
        layers.Write(ram, Change(random, ram, model));
        using TemporaryFolder second = new();

        // What the clone wrote itself, by the page map, and what its files hold.
        IReadOnlyList<GuestRegion> regions = MemoryFileLoader.Load(MemoryMib, layers.Chain, verify: false);
        GuestMemory memory = new([.. regions]);
        byte[] own = new byte[Page];
        random.NextBytes(own);
        Assert.True(memory.TryWrite(new GuestAddress(7 * Page), own));
        own.CopyTo(model, 7 * Page);
        DirtyBitmap pages = new(PageCount);
        using (PageScan scan = new())
        {
            scan.MarkPrivate(regions[0], pages);
        }
        MemoryFileLoader.MarkPresent(layers.Chain, [pages]);
        string path = second.File("full");
        MemoryManifest manifest = new MemoryFileWriter(memory, regions)
            .Write(path, [pages], SnapshotId.None, keepZeroPages: false);

        LayerFolder.Load(
            MemoryMib,
            [new MemoryLayer(path, new SnapshotId(9), manifest)],
            flat => AssertEqual(model, flat, $"seed {seed}"));
        regions[0].Mapping.Dispose();
    }

    /// <summary>Writes random runs to memory and model; marks them and some pages that did not change.</summary>
    private static DirtyBitmap[] Change(Random random, GuestRamFixture ram, byte[] model)
    {
        DirtyBitmap[] marks = LayerFolder.Marks(ram);
        for (int i = random.Next(1, 12); i > 0; i--)
        {
            int first = random.Next(PageCount);
            // Up to 60 pages: short runs are copied by the loader, long ones are mapped.
            int count = Math.Min(random.Next(1, 61), PageCount - first);
            Span<byte> run = model.AsSpan(first * Page, count * Page);
            switch (random.Next(4))
            {
                case 0:
                    run.Clear();
                    break;
                case 1:
                    // Every other page is zero.
                    random.NextBytes(run);
                    for (int page = 0; page < count; page += 2)
                    {
                        run.Slice(page * Page, Page).Clear();
                    }
                    break;
                default:
                    random.NextBytes(run);
                    break;
            }
            Assert.True(ram.Memory.TryWrite(new GuestAddress((ulong)first * Page), run));
            marks[0].Mark((ulong)first * Page, (ulong)run.Length);
        }
        for (int i = 0; i < 10; i++)
        {
            marks[0].Mark((ulong)random.Next(PageCount) * Page, 1);
        }
        return marks;
    }

    private static void AssertEqual(byte[] model, GuestMemory memory, string what)
    {
        byte[] loaded = new byte[model.Length];
        Assert.True(memory.TryRead(new GuestAddress(0), loaded));
        int same = model.AsSpan().CommonPrefixLength(loaded);
        Assert.True(same == model.Length, $"{what}: page {same / Page} differs.");
    }
}
