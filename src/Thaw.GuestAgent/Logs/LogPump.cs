using Thaw.GuestAgent.Control;
using Thaw.GuestAgent.Functions;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Logs;

/// <summary>
/// Moves the function's output from its pipes to the host as it comes, and on demand before an answer. Without a host
/// it keeps a bounded amount; what does not fit is dropped, counted, and the count is sent.
/// </summary>
internal sealed class LogPump : IFunctionLog, IDisposable
{
    private const int ReadBytes = 16 * 1024;

    private readonly IAgentOutput _output;
    private readonly EventFd _wake = EventFd.Create();

    /// <summary>Guards the fields below; taken after the session's lock, before the output's.</summary>
    private readonly object _gate = new();
    private readonly Queue<LogChunk> _kept = new();
    private readonly byte[] _buffer = new byte[ReadBytes];
    private readonly List<(string Name, SafeFd Pipe)> _pipes = [];
    private int _keptBytes;
    private long _droppedBytes;
    private bool _stopping;

    /// <summary>Creates a pump without pipes.</summary>
    internal LogPump(IAgentOutput output) => _output = output;

    /// <summary>Adds the reading ends of a function's pipes, non-blocking; the pump disposes them.</summary>
    internal void Attach(SafeFd standardOutput, SafeFd standardError)
    {
        lock (_gate)
        {
            _pipes.Add(("stdout", standardOutput));
            _pipes.Add(("stderr", standardError));
        }
        _wake.Signal();
    }

    /// <summary>Adds a line of the agent's own.</summary>
    internal void Note(string text)
    {
        lock (_gate)
        {
            SendOrKeepLocked("agent", System.Text.Encoding.UTF8.GetBytes(text + "\n"));
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        lock (_gate)
        {
            FlushLocked();
            for (int index = _pipes.Count - 1; index >= 0; index--)
            {
                (string name, SafeFd pipe) = _pipes[index];
                if (!ReadLocked(name, pipe))
                {
                    _pipes.RemoveAt(index);
                    pipe.Dispose();
                }
            }
        }
    }

    /// <summary>Pumps until <see cref="Stop"/>. For a thread of its own.</summary>
    internal void Run()
    {
        PollSet poll = new(capacity: 5);
        while (true)
        {
            poll.Clear();
            _ = poll.Add(_wake, PollEvents.Readable);
            lock (_gate)
            {
                if (_stopping)
                {
                    return;
                }
                foreach ((_, SafeFd pipe) in _pipes)
                {
                    _ = poll.Add(pipe, PollEvents.Readable);
                }
            }
            _ = poll.Wait(timeoutMs: -1);
            _ = _wake.TryDrain();
            Drain();
        }
    }

    /// <summary>Makes <see cref="Run"/> look again: a host has connected.</summary>
    internal void Wake() => _wake.Signal();

    /// <summary>Ends <see cref="Run"/>.</summary>
    internal void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
        }
        _wake.Signal();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, SafeFd pipe) in _pipes)
        {
            pipe.Dispose();
        }
        _wake.Dispose();
    }

    /// <summary>Reads what there is, up to a bound; false at the pipe's end.</summary>
    private bool ReadLocked(string name, SafeFd pipe)
    {
        for (int total = 0; total < AgentLimits.LogDrainBytesMax;)
        {
            Errno errno = pipe.TryRead(_buffer, out int count);
            if (errno == Errno.EINTR)
            {
                continue;
            }
            if (errno == Errno.EAGAIN)
            {
                return true;
            }
            if (errno != Errno.OK || count == 0)
            {
                return false;
            }
            total += count;
            SendOrKeepLocked(name, _buffer.AsSpan(0, count));
        }
        return true;
    }

    private void SendOrKeepLocked(string name, ReadOnlySpan<byte> bytes)
    {
        FlushLocked();
        if (_kept.Count == 0 && _output.TrySend(NextFrameLocked(name), bytes))
        {
            _droppedBytes = 0;
            return;
        }
        if (_keptBytes + bytes.Length > AgentLimits.LogBufferBytesMax)
        {
            _droppedBytes += bytes.Length;
            return;
        }
        _kept.Enqueue(new LogChunk(name, bytes.ToArray()));
        _keptBytes += bytes.Length;
    }

    private void FlushLocked()
    {
        while (_kept.TryPeek(out LogChunk? chunk))
        {
            // What was dropped came after all that was kept, so the last kept chunk does not carry the count.
            if (!_output.TrySend(new LogOutput { Stream = chunk.Stream }, chunk.Bytes))
            {
                return;
            }
            _ = _kept.Dequeue();
            _keptBytes -= chunk.Bytes.Length;
        }
        if (_droppedBytes > 0 && _output.TrySend(NextFrameLocked("agent")))
        {
            _droppedBytes = 0;
        }
    }

    private LogOutput NextFrameLocked(string name) => new() { Stream = name, DroppedBytes = _droppedBytes };
}
