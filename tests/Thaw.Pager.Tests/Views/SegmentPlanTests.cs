using Thaw.Pager.Sources;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Pager.Views;
using Thaw.Protocol;

namespace Thaw.Pager.Tests.Views;

public sealed class SegmentPlanTests
{
    private const uint Pages = 400;

    // Seeds of random trees of layers.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Create_RandomLayers_MapsEveryPageFromALayerThatSeesItAsTheLeafDoes(int seed)
    {
        using TestSource source = RandomTree(seed).Open();

        SegmentPlan plan = SegmentPlan.Create(source);

        foreach (SourceRun run in source.Runs)
        {
            for (uint page = run.First; page < run.End; page++)
            {
                int layer = plan.LayerOf(page);
                // An image has the page as its layer sees it, so no later layer may have changed it; what is in none is
                // zero.
                Assert.True(layer == -1 ? run.IsZero : layer <= run.Layer, $"Page {page}: {layer}, {run}");
                Assert.Equal(layer, SegmentLayer(plan, page));
            }
        }
    }

    [Fact]
    public void Create_PagesThatNobodyChanged_StayInTheOldestImage()
    {
        using TestSource source = LayeredMemory.Full(Pages).With("child", [17]).Open();

        SegmentPlan plan = SegmentPlan.Create(source);

        Assert.Equal([1, 0, 1], plan.Segments.Select(segment => segment.Image));
        Assert.Equal(new MemorySegment(17 * 4096, 4096, 0, 17 * 4096), plan.Segments[1]);
    }

    [Fact]
    public void Create_FewZerosBetweenPagesOfALayer_AreMappedWithThem_AndManyAreNot()
    {
        uint[] zeros = [.. Enumerable.Range(10, 20).Concat(Enumerable.Range(100, 100)).Select(page => (uint)page)];
        uint[] others = [.. Enumerable.Range(0, (int)Pages).Select(page => (uint)page).Except(zeros)];
        using TestSource source = new LayeredMemory(Pages).With("root", others, zeros).Open();

        SegmentPlan plan = SegmentPlan.Create(source);

        Assert.Equal([(0, 0, 100), (0, 200, 200)], plan.Segments.Select(
            segment => (segment.Image, (int)(segment.Offset / 4096), (int)(segment.Length / 4096))));
    }

    [Fact]
    public void Create_MoreSegmentsThanAllowed_ClosesGaps()
    {
        IEnumerable<uint> scattered = Enumerable.Range(0, (int)Pages / 32).Select(i => (uint)i * 32);
        using TestSource source = LayeredMemory.Full(Pages).With("child", scattered).Open();

        SegmentPlan plan = SegmentPlan.Create(source, segmentsMax: 3);

        Assert.InRange(plan.Segments.Count, 1, 3);
        Assert.True(plan.GapPages >= 31);
        Assert.Equal(0U, SegmentPlan.Create(source).GapPages);
        Assert.Equal((ulong)Pages * 4096, plan.Segments.Aggregate(0UL, (sum, segment) => sum + segment.Length));
    }

    [Fact]
    public void Create_MemoryOfZeros_HasNoSegments()
    {
        IEnumerable<uint> all = Enumerable.Range(0, (int)Pages).Select(page => (uint)page);
        using TestSource source = new LayeredMemory(Pages).With("root", [], all).Open();

        Assert.Empty(SegmentPlan.Create(source).Segments);
    }

    private static int SegmentLayer(SegmentPlan plan, uint page)
    {
        ulong at = page * 4096UL;
        return plan.Segments.Where(segment => segment.Offset <= at && at < segment.End)
            .Select(segment => segment.Image).DefaultIfEmpty(-1).Single();
    }

    private static LayeredMemory RandomTree(int seed)
    {
        Random random = new(seed);
        uint[] Some(double share) =>
            [.. Enumerable.Range(0, (int)Pages).Where(_ => random.NextDouble() < share).Select(page => (uint)page)];
        uint[] all = [.. Enumerable.Range(0, (int)Pages).Select(page => (uint)page)];
        return new LayeredMemory(Pages)
            .With("root", all, Enumerable.Range(100, 150).Select(page => (uint)page))
            .With("middle", Some(0.02), Some(0.01))
            .With("leaf", Some(0.01), Some(0.02));
    }
}
