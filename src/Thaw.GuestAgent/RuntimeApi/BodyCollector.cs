namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>Takes a request's body up to a limit; beyond it, counts only, and at some point gives up.</summary>
/// <param name="limitBytes">The most bytes that are kept.</param>
internal sealed class BodyCollector(int limitBytes)
{
    private const int FirstBytes = 4 * 1024;

    private byte[] _bytes = [];
    private int _count;

    /// <summary>All bytes that came, kept or not.</summary>
    internal long SizeBytes { get; private set; }

    /// <summary>What came, or nothing if it went beyond the limit.</summary>
    internal ReadOnlyMemory<byte> Collected => SizeBytes > limitBytes ? default : _bytes.AsMemory(0, _count);

    /// <summary>Makes room for a body of known size, if it is within the limit.</summary>
    /// <exception cref="BadRequestException">It is so large that it is not even read.</exception>
    internal void Expect(long sizeBytes)
    {
        CheckDrain(sizeBytes);
        if (sizeBytes > 0 && sizeBytes <= limitBytes)
        {
            _bytes = new byte[sizeBytes];
        }
    }

    /// <summary>Room to read into directly; may be empty. To be followed by <see cref="Advance"/>.</summary>
    internal Span<byte> Room(long wanted) =>
        SizeBytes > limitBytes ? default : _bytes.AsSpan(_count, (int)Math.Min(wanted, _bytes.Length - _count));

    /// <summary>Says how much of <see cref="Room"/> was filled.</summary>
    internal void Advance(int count)
    {
        _count += count;
        SizeBytes += count;
    }

    /// <summary>Takes bytes.</summary>
    /// <exception cref="BadRequestException">It is so much that the rest is not even read.</exception>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        SizeBytes += bytes.Length;
        CheckDrain(SizeBytes);
        if (SizeBytes > limitBytes)
        {
            _bytes = [];
            _count = 0;
            return;
        }
        if (_count + bytes.Length > _bytes.Length)
        {
            int wanted = Math.Max(_count + bytes.Length, Math.Max(FirstBytes, _bytes.Length * 2));
            Array.Resize(ref _bytes, Math.Min(wanted, limitBytes));
        }
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    private static void CheckDrain(long sizeBytes)
    {
        if (sizeBytes > AgentLimits.RequestDrainBytesMax)
        {
            throw new BadRequestException(413, "The body is far too large.");
        }
    }
}
