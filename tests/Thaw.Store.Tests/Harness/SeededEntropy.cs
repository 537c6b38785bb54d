namespace Thaw.Store.Tests;

/// <summary>Bytes that are the same in each run.</summary>
public sealed class SeededEntropy(int seed) : IEntropy
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes)
    {
        lock (_gate)
        {
            _random.NextBytes(bytes);
        }
    }
}
