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

    public override int Next()
    {
        int value;
        ulong generation;
        do
        {
            value = Own(out generation).Next();
        }
        while (IsPast(generation));
        return value;
    }

    public override int Next(int maxValue)
    {
        int value;
        ulong generation;
        do
        {
            value = Own(out generation).Next(maxValue);
        }
        while (IsPast(generation));
        return value;
    }

    public override int Next(int minValue, int maxValue)
    {
        int value;
        ulong generation;
        do
        {
            value = Own(out generation).Next(minValue, maxValue);
        }
        while (IsPast(generation));
        return value;
    }

    public override long NextInt64()
    {
        long value;
        ulong generation;
        do
        {
            value = Own(out generation).NextInt64();
        }
        while (IsPast(generation));
        return value;
    }

    public override long NextInt64(long maxValue)
    {
        long value;
        ulong generation;
        do
        {
            value = Own(out generation).NextInt64(maxValue);
        }
        while (IsPast(generation));
        return value;
    }

    public override long NextInt64(long minValue, long maxValue)
    {
        long value;
        ulong generation;
        do
        {
            value = Own(out generation).NextInt64(minValue, maxValue);
        }
        while (IsPast(generation));
        return value;
    }

    public override float NextSingle()
    {
        float value;
        ulong generation;
        do
        {
            value = Own(out generation).NextSingle();
        }
        while (IsPast(generation));
        return value;
    }

    public override double NextDouble()
    {
        double value;
        ulong generation;
        do
        {
            value = Own(out generation).NextDouble();
        }
        while (IsPast(generation));
        return value;
    }

    public override void NextBytes(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        NextBytes(buffer.AsSpan());
    }

    public override void NextBytes(Span<byte> buffer)
    {
        ulong generation;
        do
        {
            Own(out generation).NextBytes(buffer);
        }
        while (IsPast(generation));
    }

    protected override double Sample() => NextDouble();

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

    private static bool IsPast(ulong generation) => generation != RestoreGeneration.Current;
}
