using System.Runtime.CompilerServices;
using Thaw.FunctionRuntime.Clones;

namespace Thaw.FunctionRuntime.Tests.Clones;

/// <summary>
/// The generator that stands in for <see cref="Random.Shared"/>. Threads that are given one state stand in for clones
/// of one snapshot: without a restore they draw the same, with one they do not.
/// </summary>
public sealed class CloneRandomTests
{
    private const int Clones = 4;
    private const int Draws = 50;

    public static TheoryData<string> Kinds => [.. s_kinds.Keys];

    private static readonly Dictionary<string, Func<Random, object>> s_kinds = new()
    {
        ["Next"] = random => random.Next(),
        ["Next, maximum"] = random => random.Next(int.MaxValue),
        ["Next, range"] = random => random.Next(int.MinValue, int.MaxValue),
        ["NextInt64"] = random => random.NextInt64(),
        ["NextInt64, maximum"] = random => random.NextInt64(long.MaxValue),
        ["NextInt64, range"] = random => random.NextInt64(long.MinValue, long.MaxValue),
        ["NextSingle"] = random => (random.NextSingle(), random.NextSingle()),
        ["NextDouble"] = random => random.NextDouble(),
        ["NextBytes, array"] = random => Bytes(random.NextBytes),
        ["NextBytes, span"] = random => Bytes(bytes => random.NextBytes(bytes.AsSpan())),
        ["GetItems"] = random => new string(random.GetItems<char>("0123456789abcdef", 16)),
        ["GetHexString"] = random => random.GetHexString(16),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Draws_AfterARestore_AreTheClonesOwn(string kind)
    {
        CloneRandom random = new();
        object[][] snapshot = InClones(() => Draw(random, kind), restore: false);
        object[][] clones = InClones(() => Draw(random, kind), restore: true);

        // Threads with one state draw alike: else this would say nothing.
        Assert.All(snapshot, drawn => Assert.Equal(snapshot[0], drawn));
        object[] values = [.. clones.SelectMany(drawn => drawn), .. snapshot[0]];
        Assert.Equal(values.Length, values.Distinct().Count());
    }

    [Fact]
    public void Draw_RestoredWhileItRuns_IsDrawnOnceMore()
    {
        CloneRandom random = new();
        Restoring generator = new();
        Generator() = generator;
        Generation() = RestoreGeneration.Current;

        long drawn = random.NextInt64();

        Assert.Equal(1, generator.Draws);
        Assert.NotEqual(Restoring.Value, drawn);
        Assert.NotSame(generator, Generator());
    }

    [Fact]
    public void Install_HoldsInCompiledCode_AndForDerivedGenerators()
    {
        SharedRandom.Install();

        Assert.IsType<CloneRandom>(Random.Shared);
        Assert.IsType<CloneRandom>(Optimised());
        // What takes its seed from the shared one goes on to work.
        Assert.InRange(new DerivedRandom().Next(10), 0, 9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Limits_AreThoseOfAnyRandom(int max)
    {
        CloneRandom random = new();

        Assert.InRange(random.Next(max), 0, Math.Max(0, max - 1));
        Assert.InRange(random.NextInt64(max), 0, Math.Max(0, max - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(2, 1));
        Assert.Throws<ArgumentNullException>(() => random.NextBytes(null!));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static Random Optimised() => Random.Shared;

    private static object[] Draw(Random random, string kind) =>
        [.. Enumerable.Range(0, Draws).Select(_ => s_kinds[kind](random))];

    private static string Bytes(Action<byte[]> fill)
    {
        byte[] bytes = new byte[16];
        fill(bytes);
        return Convert.ToHexString(bytes);
    }

    /// <summary>Gives threads one state, restores them if asked, and has each draw.</summary>
    private static object[][] InClones(Func<object[]> draw, bool restore)
    {
        object[][] drawn = new object[Clones][];
        using Barrier ready = new(Clones, _ =>
        {
            if (restore)
            {
                RestoreGeneration.Advance();
            }
        });
        Thread[] threads =
        [
            .. Enumerable.Range(0, Clones).Select(i => new Thread(() =>
            {
                Generator() = new Random(7);
                Generation() = RestoreGeneration.Current;
                ready.SignalAndWait();
                drawn[i] = draw();
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return drawn;
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "t_generator")]
    private static extern ref Random? Generator(CloneRandom? type = null);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "t_generation")]
    private static extern ref ulong Generation(CloneRandom? type = null);

    private sealed class DerivedRandom : Random
    {
    }

    /// <summary>A state whose draw takes so long that the function is restored meanwhile.</summary>
    private sealed class Restoring : Random
    {
        internal const long Value = 42;

        internal int Draws { get; private set; }

        public override long NextInt64()
        {
            Draws++;
            RestoreGeneration.Advance();
            return Value;
        }
    }
}
