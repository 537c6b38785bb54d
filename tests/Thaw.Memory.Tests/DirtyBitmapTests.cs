using Thaw.Core;

namespace Thaw.Memory.Tests;

public sealed class DirtyBitmapTests
{
    // Around the 64 bits of a word.
    public static TheoryData<int> PageCounts => [0, 1, 2, 63, 64, 65, 127, 128, 129, 200, 1000];

    [Theory]
    [MemberData(nameof(PageCounts))]
    public void Runs_RandomMarks_AreTheNaiveModels(int pageCount)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            double density = random.NextDouble();
            bool[] model = [.. Enumerable.Range(0, pageCount).Select(_ => random.NextDouble() < density)];

            DirtyBitmap bitmap = Bitmap(model);

            Assert.Equal(NaiveRuns(model), bitmap.Runs());
            Assert.Equal((ulong)model.Count(marked => marked), bitmap.CountMarked());
            Assert.Equal(model, Enumerable.Range(0, pageCount).Select(page => bitmap[(ulong)page]));
        }
    }

    [Theory]
    [MemberData(nameof(PageCounts))]
    public void Runs_AllMarkedOrNone_IsOneOrNone(int pageCount)
    {
        DirtyBitmap bitmap = new((ulong)pageCount);
        Assert.Empty(bitmap.Runs());

        bitmap.Mark(0, (ulong)pageCount * PageSize.Bytes);

        Assert.Equal(
            pageCount == 0 ? [] : new[] { new PageRun(0, (ulong)pageCount) },
            bitmap.Runs());
    }

    [Fact]
    public void Mark_RandomByteRanges_MarksThePagesThatTheyTouch()
    {
        const int PageCount = 300;
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            DirtyBitmap bitmap = new(PageCount);
            bool[] model = new bool[PageCount];
            for (int i = 0; i < 10; i++)
            {
                int offset = random.Next(PageCount * PageSize.Bytes);
                int length = random.Next(Math.Min(5 * PageSize.Bytes, PageCount * PageSize.Bytes - offset) + 1);
                bitmap.Mark((ulong)offset, (ulong)length);
                for (int at = offset; at < offset + length; at++)
                {
                    model[at / PageSize.Bytes] = true;
                }
            }

            Assert.Equal(NaiveRuns(model), bitmap.Runs());
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(4095, 1, 0, 1)]
    [InlineData(4095, 2, 0, 2)]
    [InlineData(4096, 4096, 1, 1)]
    [InlineData(4096, 4097, 1, 2)]
    [InlineData(8192, 0, 0, 0)]
    public void Mark_EdgesOfPages_AreExact(ulong offset, ulong length, ulong first, ulong count)
    {
        DirtyBitmap bitmap = new(3);

        bitmap.Mark(offset, length);

        Assert.Equal(count == 0 ? [] : new[] { new PageRun(first, count) }, bitmap.Runs());
    }

    [Fact]
    public void Or_TwoBitmaps_HasTheMarksOfBoth()
    {
        Random random = new(7);
        bool[] left = [.. Enumerable.Range(0, 200).Select(_ => random.Next(2) == 0)];
        bool[] right = [.. Enumerable.Range(0, 200).Select(_ => random.Next(2) == 0)];
        DirtyBitmap joined = Bitmap(left);
        DirtyBitmap other = Bitmap(right);

        joined.Or(other);

        Assert.Equal(NaiveRuns([.. left.Zip(right, (a, b) => a || b)]), joined.Runs());
        Assert.Equal(NaiveRuns(right), other.Runs());
    }

    [Fact]
    public void Clear_Marked_ForgetsAll()
    {
        DirtyBitmap bitmap = new(200);
        bitmap.Mark(0, 200 * PageSize.Bytes);

        bitmap.Clear();

        Assert.Empty(bitmap.Runs());
        Assert.Equal(0ul, bitmap.CountMarked());
    }

    [Fact]
    public void Words_SetAsKvmDoes_AreLeastSignificantFirst()
    {
        DirtyBitmap bitmap = new(70);

        bitmap.Words[0] = 0b101;
        bitmap.Words[1] = 1;

        Assert.Equal(2, bitmap.Words.Length);
        Assert.Equal([new PageRun(0, 1), new PageRun(2, 1), new PageRun(64, 1)], bitmap.Runs());
    }

    [Fact]
    public void Runs_BitsBehindTheLastPage_AreNotPages()
    {
        // KVM fills whole words.
        DirtyBitmap bitmap = new(66);

        bitmap.Words[1] = ulong.MaxValue;

        Assert.Equal([new PageRun(64, 2)], bitmap.Runs());
    }

    [Fact]
    public void Mark_FromManyThreadsInTheSameWords_LosesNone()
    {
        const int ThreadCount = 4;
        const int PageCount = 64 * 64;
        for (int round = 0; round < 20; round++)
        {
            DirtyBitmap bitmap = new(PageCount);
            using Barrier start = new(ThreadCount);
            Thread[] threads = [.. Enumerable.Range(0, ThreadCount).Select(id => new Thread(() =>
            {
                start.SignalAndWait();
                for (int page = id; page < PageCount; page += ThreadCount)
                {
                    bitmap.Mark((ulong)page * PageSize.Bytes, 1);
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());

            Assert.Equal([new PageRun(0, PageCount)], bitmap.Runs());
        }
    }

    private static DirtyBitmap Bitmap(bool[] model)
    {
        DirtyBitmap bitmap = new((ulong)model.Length);
        for (int page = 0; page < model.Length; page++)
        {
            bitmap.Mark((ulong)page * PageSize.Bytes, model[page] ? 1ul : 0);
        }
        return bitmap;
    }

    private static List<PageRun> NaiveRuns(bool[] model)
    {
        List<PageRun> runs = [];
        for (int page = 0; page < model.Length; page++)
        {
            if (!model[page])
            {
                continue;
            }
            if (page > 0 && model[page - 1])
            {
                runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            }
            else
            {
                runs.Add(new PageRun((ulong)page, 1));
            }
        }
        return runs;
    }
}
