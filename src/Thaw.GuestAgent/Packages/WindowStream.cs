namespace Thaw.GuestAgent.Packages;

/// <summary>A run of a <see cref="FileWindow"/> as a stream, read forward through a buffer.</summary>
internal sealed class WindowStream(FileWindow window, long offset, long length, byte[] buffer) : Stream
{
    private readonly long _end = offset + length;
    private long _next = offset;
    private int _start;
    private int _filled;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> destination)
    {
        if (_start == _filled)
        {
            int fill = (int)Math.Min(buffer.Length, _end - _next);
            window.Read(_next, buffer.AsSpan(0, fill));
            _next += fill;
            _start = 0;
            _filled = fill;
        }
        int count = Math.Min(destination.Length, _filled - _start);
        buffer.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] destination, int start, int count) => Read(destination.AsSpan(start, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] source, int start, int count) => throw new NotSupportedException();
}
