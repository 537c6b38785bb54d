using System.Collections.Concurrent;
using Thaw.GuestAgent.Control;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Fakes;

/// <summary>A host that keeps what it is sent.</summary>
internal sealed class FakeOutput(Journal journal) : IAgentOutput, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly BlockingCollection<Frame> _frames = [];

    internal bool IsConnected { get; set; } = true;

    internal int Count => _frames.Count;

    public bool TrySend(AgentMessage message, ReadOnlySpan<byte> body = default)
    {
        if (!IsConnected)
        {
            return false;
        }
        journal.Add(message.Kind.ToString());
        _frames.Add(new Frame(message, body.ToArray()));
        return true;
    }

    /// <summary>The next frame, which must be of this type.</summary>
    internal (T Message, ReadOnlyMemory<byte> Body) Take<T>()
        where T : AgentMessage
    {
        Assert.True(_frames.TryTake(out Frame? frame, s_patience), $"No {typeof(T).Name} was sent.");
        return (Assert.IsType<T>(frame.Message), frame.Body);
    }

    public void Dispose() => _frames.Dispose();
}
