namespace Thaw.GuestAgent.Logs;

/// <summary>Output that waits for a host.</summary>
/// <param name="Stream">"stdout", "stderr" or "agent".</param>
/// <param name="Bytes">What was written.</param>
internal sealed record LogChunk(string Stream, byte[] Bytes);
