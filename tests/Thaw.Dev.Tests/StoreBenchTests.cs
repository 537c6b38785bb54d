using Thaw.Dev.Bench;
using Thaw.Dev.Bench.Guests;
using Thaw.Dev.Bench.Store;

namespace Thaw.Dev.Tests;

public sealed class StoreBenchTests
{
    private const int Rounds = 3;

    /// <summary>
    /// Memory of three real guests, stored by all and read back by all. Processor time is what is compared: how busy
    /// the machine is hardly changes it, and the tools take turns.
    /// </summary>
    [Fact]
    public async Task Run_MemoryOfThreeGuests_ThawSealsAtLeastAsMuchPerCoreAsTheOthers()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        IReadOnlyList<BenchImage> images = await GuestImages.GetAsync(GuestRecipe.All, cancellationToken);
        using WorkFolder work = WorkFolder.Create(null, images);

        IReadOnlyList<StoreFigures> figures = await StoreBench.RunAsync(
            images, [.. StoreBench.Tools.Take(3)], Rounds, work.Path, cancellationToken);

        Assert.Equal(["boot", "python", "node"], figures.Select(line => line.Image).Distinct());
        foreach (IGrouping<string, StoreFigures> image in figures.GroupBy(line => line.Image))
        {
            Assert.Equal(["thaw", "restic", "borg"], image.Select(line => line.Tool));
            StoreFigures thaw = image.First();
            Assert.All(image.Skip(1), other => Assert.True(
                thaw.SealMibSPerCore >= other.SealMibSPerCore,
                $"{image.Key}: {thaw.SealMibSPerCore} MiB/s per core, by {other.Tool} {other.SealMibSPerCore}"));
        }

        Assert.All(figures, line =>
        {
            Assert.Equal(256L << 20, line.BytesIn);
            Assert.InRange(line.BytesNotZero, 1 << 20, line.BytesIn - 1);
            Assert.InRange(line.BytesStored, 1 << 20, line.BytesNotZero);
            Assert.True(line.OpenMibSPerCore > 0);
        });
    }

    [Theory]
    [InlineData("Cpus_allowed_list:\t0-1", 1)]
    [InlineData("Cpus_allowed_list:\t0,2-7,11", 11)]
    [InlineData("Cpus_allowed_list:\t3", 3)]
    public void OneProcessor_OfAProcessesStatus_IsTheLastItMayRunOn(string line, int processor) =>
        Assert.Equal(processor, OneProcessor.Last(["Name:\tbash", line, "Cpus_allowed:\tff"]));

    [Fact]
    public async Task Run_ToolThatGivesBackSomethingElse_IsRefused()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using WorkFolder work = WorkFolder.Create(Path.GetTempPath(), []);
        string path = Path.Combine(work.Path, "image");
        await File.WriteAllTextAsync(path, "memory", cancellationToken);

        DevException failure = await Assert.ThrowsAsync<DevException>(() => StoreBench.RunAsync(
            [new BenchImage("mine", path)], [new ForgetfulTool()], 1, work.Path, cancellationToken));

        Assert.Contains("forgetful gave back something else", failure.Message, StringComparison.Ordinal);
    }

    private sealed class ForgetfulTool : IStoreTool
    {
        public string Name => "forgetful";

        public Task<string> DescribeAsync(CancellationToken cancellationToken) => Task.FromResult(Name);

        public async Task<StoreRun> RunAsync(BenchImage image, string work, CancellationToken cancellationToken)
        {
            string restored = Path.Combine(work, "restored");
            await File.WriteAllTextAsync(restored, "nemory", cancellationToken);
            return new StoreRun(new Cost(1, 1), new Cost(1, 1), default, default, 6, restored);
        }
    }
}
