using System.Diagnostics.CodeAnalysis;

namespace Thaw.Devices.Virtio;

/// <summary>
/// One bounded turn over a queue's available chains: a driver that adds chains as fast as the device returns them gets
/// its next turn after the others had theirs.
/// </summary>
public ref struct QueueTurn
{
    private readonly VirtQueue _queue;
    private int _left;
    private bool _hasMore;

    /// <summary>A turn over <paramref name="queue"/>: as many chains as it has descriptors.</summary>
    public QueueTurn(VirtQueue queue)
    {
        _queue = queue;
        _left = queue.Size;
    }

    /// <summary>The next chain; false when there is none, or the turn is over.</summary>
    public bool TryNext([NotNullWhen(true)] out DescriptorChain? chain)
    {
        chain = null;
        do
        {
            if (_left == 0)
            {
                _hasMore = true;
                return false;
            }
            if (_queue.TryPop(out chain))
            {
                _left--;
                return true;
            }
        }
        while (_queue.EnableNotifications());
        return false;
    }

    /// <summary>Interrupts the driver as it asked, and asks for another turn if there is more to do.</summary>
    public readonly void End(VirtioContext context, int index)
    {
        context.InterruptIfNeeded(_queue);
        if (_hasMore)
        {
            context.Requeue(index);
        }
    }
}
