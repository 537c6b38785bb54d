using Thaw.Worker.Monitors;

namespace Thaw.Worker.Agents;

/// <summary>The end of what an invocation logged.</summary>
internal sealed class LogTail
{
    private readonly ByteRing _ring = new(WorkerLimits.LogTailSizeBytes);

    internal void Append(ReadOnlySpan<byte> bytes) => _ring.Append(bytes);

    internal void AppendLine(string line) => _ring.Append(System.Text.Encoding.UTF8.GetBytes(line + "\n"));

    internal byte[] ToArray() => _ring.ToArray();
}
