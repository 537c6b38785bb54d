using System.Numerics;
using Thaw.Core;
using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>Set-up by the transport, reset, saved state.</summary>
public sealed partial class VirtQueue
{
    /// <summary>Whether a size is one that the driver may choose.</summary>
    internal bool IsValidSize(uint size) => BitOperations.IsPow2(size) && size <= SizeMax;

    /// <summary>Starts the queue when the driver is ready; false when its rings are not in guest memory.</summary>
    internal bool TryEnable(ulong features)
    {
        if (!IsReady)
        {
            return true;
        }
        if (!IsValidSize(Size) || !HasValidLayout())
        {
            return Break($"rings at 0x{DescriptorTable:x}, 0x{AvailableRing:x}, 0x{UsedRing:x}, size {Size}");
        }
        _allowsIndirect = (features & VirtioFeatures.IndirectDescriptors) != 0;
        _usesEventIndex = (features & VirtioFeatures.EventIndex) != 0;
        _seenAvailable = NextAvailable;
        _isEnabled = true;
        return true;
    }

    /// <summary>Forgets everything, as at power-on.</summary>
    internal void Reset()
    {
        _isEnabled = false;
        _allowsIndirect = false;
        _usesEventIndex = false;
        _seenAvailable = 0;
        IsReady = false;
        Size = SizeMax;
        DescriptorTable = 0;
        AvailableRing = 0;
        UsedRing = 0;
        NextAvailable = 0;
        NextUsed = 0;
        SignalledUsed = 0;
        BrokenReason = null;
    }

    /// <summary>The state to save.</summary>
    internal VirtQueueState SaveState() => new()
    {
        Size = Size,
        IsReady = IsReady,
        DescriptorTable = DescriptorTable,
        AvailableRing = AvailableRing,
        UsedRing = UsedRing,
        NextAvailable = NextAvailable,
        NextUsed = NextUsed,
        SignalledUsed = SignalledUsed,
    };

    /// <summary>Takes over a saved state; null, or why it is refused.</summary>
    internal string? TryRestore(VirtQueueState state)
    {
        if (!IsValidSize(state.Size))
        {
            return $"a queue of {state.Size} descriptors, at most {SizeMax} are supported";
        }
        Invariant.That(!_isEnabled);
        Size = state.Size;
        IsReady = state.IsReady;
        DescriptorTable = state.DescriptorTable;
        AvailableRing = state.AvailableRing;
        UsedRing = state.UsedRing;
        NextAvailable = state.NextAvailable;
        NextUsed = state.NextUsed;
        SignalledUsed = state.SignalledUsed;
        return null;
    }

    /// <summary>
    /// Whether the available index in guest memory is one that can follow <see cref="NextAvailable"/>.
    /// </summary>
    internal bool HasPlausibleIndex()
    {
        if (_isEnabled)
        {
            TryRefreshAvailable();
        }
        return !IsBroken;
    }

    private bool HasValidLayout()
    {
        ulong availableBytes = RingHeaderBytes + 2UL * Size + sizeof(ushort);
        ulong usedBytes = RingHeaderBytes + UsedElementBytes * Size + sizeof(ushort);
        return PageSize.IsAligned(DescriptorTable, DescriptorBytes)
            && PageSize.IsAligned(AvailableRing, 2)
            && PageSize.IsAligned(UsedRing, 4)
            && _memory.Contains(new GuestAddress(DescriptorTable), (ulong)DescriptorBytes * Size)
            && _memory.Contains(new GuestAddress(AvailableRing), availableBytes)
            && _memory.Contains(new GuestAddress(UsedRing), usedBytes);
    }
}
