using System.Text;

namespace Thaw.GuestAgent.Tests.RuntimeApi;

/// <summary>A connection whose peer has said all that it will say.</summary>
internal sealed class DuplexStream(string input) : Stream
{
    private readonly MemoryStream _input = new(Encoding.Latin1.GetBytes(input));
    private readonly MemoryStream _output = new();

    internal string Written => Encoding.UTF8.GetString(_output.ToArray());

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => _input.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => _input.Read(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => _output.Write(buffer);

    public override void Write(byte[] buffer, int offset, int count) => _output.Write(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
