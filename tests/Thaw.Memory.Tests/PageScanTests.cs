using Thaw.Linux;

namespace Thaw.Memory.Tests;

public sealed class PageScanTests : IDisposable
{
    private const ulong Page = Layout.Page;

    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-pagescan-test-").FullName;
    private readonly List<SafeMappingHandle> _mappings = [];

    public void Dispose()
    {
        _mappings.ForEach(mapping => mapping.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void MarkPrivate_UntouchedAnonymousMemory_MarksNothing() =>
        Assert.Empty(Scan(Region(SafeMappingHandle.Anonymous(64 * Page))).Runs());

    [Fact]
    public void MarkPrivate_AnonymousMemory_MarksWhatWasWritten()
    {
        // 5,000 pages: more than one read of the page map, with writes on both sides of the border at 4,096.
        GuestRegion region = Region(SafeMappingHandle.Anonymous(5000 * Page));
        ulong[] written = [0, 1, 63, 64, 4094, 4095, 4096, 4097, 4999];
        Write(region, written);

        Assert.Equal(written, Pages(Scan(region)));
    }

    [Fact]
    public void MarkPrivate_ReadOfAFileByTheKernel_CountsAsWritten()
    {
        using SafeFd file = FileOfPages(1);
        GuestRegion region = Region(SafeMappingHandle.Anonymous(4 * Page));

        Assert.Equal(Errno.OK, new GuestMemory(region).TryReadFrom(file, region.Start.Add(2 * Page), (int)Page, out _));

        Assert.Equal([2ul], Pages(Scan(region)));
    }

    [Fact]
    public void MarkPrivate_PrivateViewOfAFile_MarksWhatWasWrittenAndNotWhatWasRead()
    {
        using SafeFd file = FileOfPages(100);
        GuestRegion region = Region(SafeMappingHandle.PrivateFile(file, 0, 100 * Page));
        Assert.True(new GuestMemory(region).TryRead(region.Start, new byte[100 * Page]));
        Assert.Empty(Scan(region).Runs());

        Write(region, [3, 50, 99]);

        Assert.Equal([3, 50, 99], Pages(Scan(region)));
    }

    [Fact]
    public void MarkPrivate_ViewOfAHole_IsAsOfAnyFile()
    {
        using SafeFd file = SafeFd.Open(Path.Combine(_folder, "hole"), FileOpen.CreateNew);
        file.SetLength(10 * (long)Page);
        GuestRegion region = Region(SafeMappingHandle.PrivateFile(file, 0, 10 * Page));
        Assert.True(new GuestMemory(region).TryRead(region.Start, new byte[10 * Page]));

        Write(region, [9]);

        Assert.Equal([9ul], Pages(Scan(region)));
    }

    [Fact]
    public void MarkPrivate_OverlaidFile_IsLookedAtPageByPage()
    {
        using SafeFd file = FileOfPages(4);
        SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, 0, 4 * Page);
        mapping.OverlayFile(Page, file, 0, 2 * Page);
        GuestRegion region = Region(mapping);

        Write(region, [0, 2]);

        Assert.Equal([0, 2], Pages(Scan(region)));
    }

    [Fact]
    public void MarkPrivate_MarksThatAreThere_Stay()
    {
        GuestRegion region = Region(SafeMappingHandle.Anonymous(4 * Page));
        Write(region, [1]);
        DirtyBitmap pages = new(4);
        pages.Mark(3 * Page, 1);
        using PageScan scan = new();

        scan.MarkPrivate(region, pages);

        Assert.Equal([1, 3], Pages(pages));
    }

    [Fact]
    public void MarkPrivate_RandomWrites_AreTheNaiveModels()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            Random random = new(seed);
            using SafeFd file = FileOfPages(200);
            GuestRegion region = Region(SafeMappingHandle.PrivateFile(file, 0, 200 * Page));
            ulong[] written = [.. Enumerable.Range(0, 200).Where(_ => random.Next(4) == 0).Select(page => (ulong)page)];

            Write(region, written);

            Assert.Equal(written, Pages(Scan(region)));
        }
    }

    private GuestRegion Region(SafeMappingHandle mapping)
    {
        _mappings.Add(mapping);
        // One write would make a large page of neighbours present too.
        mapping.AvoidLargePages();
        return new GuestRegion(new GuestAddress(0), mapping);
    }

    private SafeFd FileOfPages(int count)
    {
        string path = Path.Combine(_folder, "pages");
        File.WriteAllBytes(path, Enumerable.Repeat((byte)7, count * (int)Page).ToArray());
        return SafeFd.Open(path, FileOpen.Read);
    }

    private static void Write(GuestRegion region, ulong[] pages)
    {
        GuestMemory memory = new(region);
        Assert.All(pages, page => Assert.True(memory.TryWrite(region.Start.Add(page * Page + 17), [1])));
    }

    private static DirtyBitmap Scan(GuestRegion region)
    {
        DirtyBitmap pages = new(region.LengthBytes / Page);
        using PageScan scan = new();
        scan.MarkPrivate(region, pages);
        return pages;
    }

    private static IEnumerable<ulong> Pages(DirtyBitmap bitmap) =>
        Enumerable.Range(0, (int)bitmap.PageCount).Select(page => (ulong)page).Where(page => bitmap[page]);
}
