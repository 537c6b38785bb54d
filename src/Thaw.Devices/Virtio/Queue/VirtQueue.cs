using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Thaw.Core;
using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>The device's side of a split virtqueue (virtio 1.2, section 2.7).</summary>
/// <remarks>
/// Everything in the rings is the guest's and may change at any time: each value is copied once and the copy is
/// checked. A driver that breaks the rules breaks its queue (<see cref="IsBroken"/>), which then yields nothing more
/// until reset. Not thread-safe: callers hold <see cref="VirtioContext.Gate"/>. No allocation per chain.
/// </remarks>
public sealed partial class VirtQueue
{
    /// <summary>Largest size that the format allows.</summary>
    public const int SizeLimit = 32768;

    internal const int DescriptorBytes = 16;
    internal const ushort FlagNext = 1;
    internal const ushort FlagWrite = 2;
    internal const ushort FlagIndirect = 4;
    private const ushort AvailableFlagNoInterrupt = 1;
    private const ulong RingHeaderBytes = 4;
    private const ulong IndexOffset = 2;
    private const ulong UsedElementBytes = 8;

    private readonly GuestMemory _memory;
    private readonly DescriptorChain _chain;
    private bool _isEnabled;
    private bool _allowsIndirect;
    private bool _usesEventIndex;
    private ushort _seenAvailable;

    /// <summary>Creates a queue that the driver has not set up.</summary>
    /// <param name="memory">Where the rings are.</param>
    /// <param name="sizeMax">Largest size, a power of two.</param>
    public VirtQueue(GuestMemory memory, ushort sizeMax)
    {
        Invariant.That(BitOperations.IsPow2(sizeMax) && sizeMax <= SizeLimit);
        _memory = memory;
        _chain = new DescriptorChain(memory, sizeMax);
        SizeMax = sizeMax;
        Size = sizeMax;
    }

    /// <summary>Largest size that the device supports.</summary>
    public ushort SizeMax { get; }

    /// <summary>Number of descriptors, chosen by the driver.</summary>
    public ushort Size { get; internal set; }

    /// <summary>Whether the driver enabled the queue.</summary>
    public bool IsReady { get; internal set; }

    /// <summary>Whether the driver broke the rules; only a reset ends this.</summary>
    [MemberNotNullWhen(true, nameof(BrokenReason))]
    public bool IsBroken => BrokenReason is not null;

    /// <summary>Which rule was broken first.</summary>
    public string? BrokenReason { get; private set; }

    /// <summary>Guest address of the descriptor table.</summary>
    internal ulong DescriptorTable { get; set; }

    /// <summary>Guest address of the available (driver) ring.</summary>
    internal ulong AvailableRing { get; set; }

    /// <summary>Guest address of the used (device) ring.</summary>
    internal ulong UsedRing { get; set; }

    /// <summary>Index of the next entry to take from the available ring.</summary>
    internal ushort NextAvailable { get; private set; }

    /// <summary>Index of the next entry to fill in the used ring.</summary>
    internal ushort NextUsed { get; private set; }

    /// <summary>Used index at the last decision about an interrupt.</summary>
    internal ushort SignalledUsed { get; private set; }

    /// <summary>
    /// Takes the next chain that the driver made available; false when there is none or the queue is broken.
    /// The chain is valid until the next call.
    /// </summary>
    public bool TryPop([NotNullWhen(true)] out DescriptorChain? chain)
    {
        chain = null;
        if (!_isEnabled || IsBroken || (NextAvailable == _seenAvailable && !TryRefreshAvailable()))
        {
            return false;
        }
        ulong entry = AvailableRing + RingHeaderBytes + 2UL * (uint)(NextAvailable & (Size - 1));
        if (!_memory.TryLoad(new GuestAddress(entry), out ushort head))
        {
            return Break("the available ring left guest memory");
        }
        if (head >= Size)
        {
            return Break($"descriptor {head} in a queue of {Size}");
        }
        if (!TryWalk(head))
        {
            return false;
        }
        NextAvailable++;
        chain = _chain;
        return true;
    }

    /// <summary>Gives back the chain that the last <see cref="TryPop"/> took; it will be popped again.</summary>
    public void UndoPop() => NextAvailable--;

    /// <summary>Returns a chain to the driver.</summary>
    /// <param name="head">The chain's <see cref="DescriptorChain.Head"/>.</param>
    /// <param name="writtenBytes">How many bytes the device wrote into it.</param>
    public void AddUsed(ushort head, uint writtenBytes)
    {
        if (!_isEnabled || IsBroken)
        {
            return;
        }
        Span<byte> element = stackalloc byte[(int)UsedElementBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(element, head);
        BinaryPrimitives.WriteUInt32LittleEndian(element[4..], writtenBytes);
        ulong slot = UsedRing + RingHeaderBytes + UsedElementBytes * (uint)(NextUsed & (Size - 1));
        ushort next = (ushort)(NextUsed + 1);
        // The store of the index has release order, so the driver sees the element, and the data before it, first.
        if (!_memory.TryWrite(new GuestAddress(slot), element)
            || !_memory.TryStore(new GuestAddress(UsedRing + IndexOffset), next))
        {
            Break("the used ring left guest memory");
            return;
        }
        NextUsed = next;
    }

    /// <summary>
    /// Asks the driver to notify for the next chain; true when one came meanwhile and the caller has to go on popping.
    /// </summary>
    public bool EnableNotifications()
    {
        if (!_isEnabled || IsBroken)
        {
            return false;
        }
        if (_usesEventIndex)
        {
            ulong availableEvent = UsedRing + RingHeaderBytes + UsedElementBytes * Size;
            if (!_memory.TryStore(new GuestAddress(availableEvent), NextAvailable))
            {
                return Break("the used ring left guest memory");
            }
            // The driver writes its index and then reads our event; we write the event and then read the index.
            Interlocked.MemoryBarrier();
        }
        return NextAvailable != _seenAvailable || TryRefreshAvailable();
    }

    /// <summary>
    /// How far the driver has made chains available, taken or not; false when the queue is not usable.
    /// </summary>
    public bool TryGetAvailableIndex(out ushort available)
    {
        available = 0;
        return _isEnabled && !IsBroken
            && (_memory.TryLoad(new GuestAddress(AvailableRing + IndexOffset), out available)
                || Break("the available ring left guest memory"));
    }

    /// <summary>Asks the driver to notify when its available index passes <paramref name="available"/>.</summary>
    public void NotifyAfter(ushort available)
    {
        if (!_isEnabled || IsBroken || !_usesEventIndex)
        {
            return;
        }
        ulong availableEvent = UsedRing + RingHeaderBytes + UsedElementBytes * Size;
        if (!_memory.TryStore(new GuestAddress(availableEvent), available))
        {
            Break("the used ring left guest memory");
        }
        Interlocked.MemoryBarrier();
    }

    /// <summary>Whether the driver wants an interrupt for what was used since the last call that asked.</summary>
    public bool ShouldInterrupt()
    {
        if (!_isEnabled || IsBroken || SignalledUsed == NextUsed)
        {
            return false;
        }
        ushort old = SignalledUsed;
        SignalledUsed = NextUsed;
        // Our used index must be visible before we look whether the driver waits for it.
        Interlocked.MemoryBarrier();
        if (!_usesEventIndex)
        {
            return !_memory.TryLoad(new GuestAddress(AvailableRing), out ushort flags)
                || (flags & AvailableFlagNoInterrupt) == 0;
        }
        ulong usedEventAddress = AvailableRing + RingHeaderBytes + 2UL * Size;
        return !_memory.TryLoad(new GuestAddress(usedEventAddress), out ushort usedEvent)
            || (ushort)(NextUsed - usedEvent - 1) < (ushort)(NextUsed - old);
    }

    private bool TryRefreshAvailable()
    {
        if (!_memory.TryLoad(new GuestAddress(AvailableRing + IndexOffset), out ushort available))
        {
            return Break("the available ring left guest memory");
        }
        if ((ushort)(available - NextAvailable) > Size)
        {
            return Break($"available index {available} is too far from {NextAvailable} in a queue of {Size}");
        }
        _seenAvailable = available;
        return available != NextAvailable;
    }

    private bool Break(string reason)
    {
        BrokenReason ??= reason;
        return false;
    }
}
