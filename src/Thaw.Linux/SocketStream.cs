namespace Thaw.Linux;

/// <summary>
/// A <see cref="BlockingSocket"/> as a stream; disposes it. Failures are <see cref="LinuxException"/>s.
/// </summary>
public sealed class SocketStream(BlockingSocket socket) : Stream
{
    /// <summary>The socket.</summary>
    public BlockingSocket Socket => socket;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            Errno errno = socket.TryRead(buffer, out int count);
            if (errno == Errno.OK)
            {
                return count;
            }
            ThrowUnlessInterrupted(errno, "read from socket");
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Errno errno = socket.TrySend(buffer, out int count);
            buffer = buffer[count..];
            if (errno != Errno.OK)
            {
                ThrowUnlessInterrupted(errno, "write to socket");
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
        }
        base.Dispose(disposing);
    }

    private static void ThrowUnlessInterrupted(Errno errno, string operation)
    {
        if (errno != Errno.EINTR)
        {
            throw new LinuxException(errno, operation);
        }
    }
}
