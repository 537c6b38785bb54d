namespace Thaw.FunctionRuntime.Clones;

/// <summary>
/// What <see cref="Random.Shared"/> is in a function: a generator for each thread, seeded by the kernel, and again
/// when the process finds itself in a clone. No draw of a clone comes from a state that another clone has as well.
/// </summary>
/// <remarks>
/// The generation is looked at before and after each draw, so that a thread that was frozen between the two draws once
/// more. A value that it had already been given is its caller's.
/// </remarks>
internal sealed class CloneRandom() : Random(Seed: 0)
{
    [ThreadStatic]
    private static Random? t_generator;

    [ThreadStatic]
    private static ulong t_generation;

    public override int Next() => Draw(0, static (random, _) => random.Next());

    public override int Next(int maxValue) => Draw(maxValue, static (random, max) => random.Next(max));

    public override int Next(int minValue, int maxValue) =>
        Draw((minValue, maxValue), static (random, range) => random.Next(range.minValue, range.maxValue));

    public override long NextInt64() => Draw(0, static (random, _) => random.NextInt64());

    public override long NextInt64(long maxValue) => Draw(maxValue, static (random, max) => random.NextInt64(max));

    public override long NextInt64(long minValue, long maxValue) =>
        Draw((minValue, maxValue), static (random, range) => random.NextInt64(range.minValue, range.maxValue));

    public override float NextSingle() => Draw(0, static (random, _) => random.NextSingle());

    public override double NextDouble() => Draw(0, static (random, _) => random.NextDouble());

    public override void NextBytes(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        NextBytes(buffer.AsSpan());
    }

    public override void NextBytes(Span<byte> buffer) => Draw(
        buffer,
        static (random, buffer) =>
        {
            random.NextBytes(buffer);
            return true;
        });

    protected override double Sample() => NextDouble();

    private static TValue Draw<TArgument, TValue>(TArgument argument, Func<Random, TArgument, TValue> draw)
        where TArgument : allows ref struct
    {
        TValue value;
        ulong generation;
        do
        {
            value = draw(Own(out generation), argument);
        }
        while (generation != RestoreGeneration.Current);
        return value;
    }

    private static Random Own(out ulong generation)
    {
        generation = RestoreGeneration.Current;
        if (t_generator is null || t_generation != generation)
        {
            t_generator = new Random();
            t_generation = generation;
        }

        return t_generator;
    }
}
