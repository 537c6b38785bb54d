namespace Thaw.Worker;

/// <summary>Where ids and entropy come from.</summary>
public interface IRandomSource
{
    /// <summary>Fills the whole of <paramref name="bytes"/> with bytes that nobody can guess.</summary>
    void Fill(Span<byte> bytes);
}
