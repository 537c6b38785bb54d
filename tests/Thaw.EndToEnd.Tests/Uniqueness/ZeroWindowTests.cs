using System.Diagnostics;
using System.Globalization;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>
/// Threads that draw random numbers without a pause, across the snapshot: none of them runs before the kernel's
/// generator is the clone's own.
/// </summary>
public sealed class ZeroWindowTests(ThawFixture thaw) : IDisposable
{
    private const int CloneCount = 6;
    private const int Threads = 4;
    private const int DrawsAfter = 256;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("thaw-spin-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task SpinningThreads_BeginNoDrawBetweenResumeAndTheNewGeneration_AndRepeatNothing()
    {
        UniqueFunction function = await UniqueFunction.CreateAsync(thaw, "spin", "spin.py", await CompileAsync());
        string version = await function.PublishAsync();

        List<Clone> clones = [];
        for (int i = 0; i < CloneCount; i++)
        {
            clones.Add(Clone.Read((await function.InvokeAsync(version)).Succeeded()));
        }

        // Each thread had begun as many draws as the snapshot has, in every clone: not one more with the old
        // generation, whenever the host answered.
        Assert.All(clones, clone => Assert.Equal(clones[0].DrawsBefore, clone.DrawsBefore));
        string[] after = [.. clones.SelectMany(clone => clone.After)];
        Assert.Equal(CloneCount * Threads * DrawsAfter, after.Length);
        Assert.Equal(after.Length, after.Distinct().Count());
        Assert.Empty(after.Intersect(clones.SelectMany(clone => clone.Before)));
        // No draw was in both generations but the one that was under way.
        Assert.All(clones, clone => Assert.InRange(clone.Straddling, 0, Threads));
    }

    private async Task<string> CompileAsync()
    {
        string program = Path.Combine(_directory.FullName, "spin");
        string source = Path.Combine(AppContext.BaseDirectory, "Functions", "spin.c");
        using Process compiler = Process.Start("gcc", ["-O2", "-pthread", "-static", "-o", program, source]);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, compiler.ExitCode);
        return program;
    }

    /// <summary>What one clone's threads drew.</summary>
    /// <param name="DrawsBefore">How many draws each thread began in the snapshot's generation.</param>
    /// <param name="Before">The last of their values.</param>
    /// <param name="After">The first values of the clone's own generation.</param>
    /// <param name="Straddling">How many draws began in one generation and ended in the other.</param>
    private sealed record Clone(
        IReadOnlyList<long> DrawsBefore, IReadOnlyList<string> Before, IReadOnlyList<string> After, int Straddling)
    {
        public static Clone Read(InvokeResult answer)
        {
            Assert.Equal(0, answer.Json["code"]!.GetValue<int>());
            List<long> counts = [];
            List<string> before = [];
            List<string> after = [];
            int straddling = 0;
            foreach (string line in answer.Json["lines"]!.AsArray().Select(node => node!.GetValue<string>()))
            {
                string[] fields = line.Split(' ');
                if (fields[0] == "thread")
                {
                    counts.Add(long.Parse(fields[2], CultureInfo.InvariantCulture));
                    continue;
                }

                (fields[0] == "before" ? before : after).Add(fields[5]);
                straddling += fields[1] != fields[2] ? 1 : 0;
            }

            return new Clone(counts, before, after, straddling);
        }
    }
}
