using System.Text;

namespace Thaw.GuestAgent.Tests.RuntimeApi;

/// <summary>Gives one byte for each read.</summary>
internal sealed class BytewiseStream(string input) : MemoryStream(Encoding.Latin1.GetBytes(input))
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
}
