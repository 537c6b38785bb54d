using System.Collections.Concurrent;
using System.Security.Cryptography;
using Thaw.Store;

namespace Thaw.Worker.Tests.Fakes;

/// <summary>Entropy whose single bytes a test says; whatever is longer is the system's.</summary>
internal sealed class ScriptedDraws(params byte[] draws) : IEntropy
{
    private readonly ConcurrentQueue<byte> _draws = new(draws);

    public void Fill(Span<byte> bytes)
    {
        if (bytes.Length != 1)
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }
        Assert.True(_draws.TryDequeue(out bytes[0]), "More was drawn than the test said.");
    }
}
