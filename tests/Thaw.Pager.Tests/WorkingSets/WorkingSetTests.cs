using Thaw.Pager.WorkingSets;

namespace Thaw.Pager.Tests.WorkingSets;

public sealed class WorkingSetTests
{
    [Fact]
    public void Learn_FirstClones_MergesThemInOrderOfFirstTouch()
    {
        WorkingSet set = new(100, []);

        set.Learn([5, 3, 9]);
        set.Learn([3, 7]);

        Assert.Equal([5, 3, 9, 7], set.ToList().Select(page => (int)page));
        Assert.True(set.WantsRecording);
    }

    [Fact]
    public void Learn_WindowFull_WantsNoMoreRecordings()
    {
        WorkingSet set = new(100, []);

        for (int i = 0; i < WorkingSet.Window; i++)
        {
            set.Learn([1, 2]);
        }

        Assert.False(set.WantsRecording);
        Assert.Equal(WorkingSet.Window, set.Recordings);
    }

    [Fact]
    public void Learn_PageThatNoneOfTheLastRecordingsHas_IsForgotten()
    {
        WorkingSet set = new(100, [new PageSpan(50, 2)]);

        for (int i = 0; i < WorkingSet.Window; i++)
        {
            set.Learn([1, 51]);
        }

        Assert.Equal([51, 1], set.ToList().Select(page => (int)page));
    }

    [Fact]
    public void Observe_CloneThatMissesMuch_MakesItLearnAgain()
    {
        WorkingSet set = new(10_000, [new PageSpan(0, 6400)]);
        Assert.False(set.WantsRecording);

        set.Observe(missed: 100);
        Assert.False(set.WantsRecording);
        set.Observe(missed: 101);

        Assert.True(set.WantsRecording);
    }

    [Fact]
    public void Create_KnownPagesBehindTheEnd_AreLeftOut()
    {
        WorkingSet set = new(10, [new PageSpan(8, uint.MaxValue), new PageSpan(8, 1), new PageSpan(1, 1)]);

        Assert.Equal([8, 9, 1], set.ToList().Select(page => (int)page));
    }

    [Fact]
    public void ToSpans_PagesInOrder_JoinsThoseThatFollowOneAnother() => Assert.Equal(
        [new PageSpan(4, 3), new PageSpan(1, 1), new PageSpan(3, 1)], WorkingSet.ToSpans([4, 5, 6, 1, 3]));

    [Fact]
    public async Task FileStore_SavedSpans_ComeBackAndDamagedOnesCountAsNone()
    {
        string folder = Directory.CreateTempSubdirectory("thaw-ws-").FullName;
        try
        {
            CancellationToken token = TestContext.Current.CancellationToken;
            FileWorkingSetStore store = new(folder, "memory");
            Assert.Empty(await store.LoadAsync(token));
            await store.SaveAsync([new PageSpan(7, 2), new PageSpan(1, 1)], token);

            Assert.Equal([new PageSpan(7, 2), new PageSpan(1, 1)], await store.LoadAsync(token));
            Assert.Empty(await new FileWorkingSetStore(folder, "other").LoadAsync(token));
            await File.AppendAllTextAsync(Directory.GetFiles(folder).Single(), "x", token);
            Assert.Empty(await store.LoadAsync(token));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
