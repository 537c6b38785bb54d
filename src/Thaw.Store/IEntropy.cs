namespace Thaw.Store;

/// <summary>Where keys, nonces and random ids come from.</summary>
public interface IEntropy
{
    /// <summary>
    /// Fills the whole of <paramref name="bytes"/> with bytes that nobody can guess. Safe for several threads.
    /// </summary>
    void Fill(Span<byte> bytes);
}
