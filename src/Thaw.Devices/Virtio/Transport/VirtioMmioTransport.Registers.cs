using System.Buffers.Binary;

namespace Thaw.Devices.Virtio;

/// <summary>The register window.</summary>
public sealed partial class VirtioMmioTransport
{
    private const uint Magic = 0x74726976; // "virt"
    private const uint MmioVersion = 2;
    private const uint Vendor = 0x77616854; // "Thaw"

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        if (offset == MmioRegister.InterruptStatus && data.Length == sizeof(uint))
        {
            BinaryPrimitives.WriteInt32LittleEndian(data, Volatile.Read(ref _interruptStatus));
            return;
        }
        lock (_context.Gate)
        {
            if (offset >= MmioRegister.Config)
            {
                Device.ReadConfig(offset - MmioRegister.Config, data);
                return;
            }
            if (data.Length != sizeof(uint) || !TryReadRegisterLocked(offset, out uint value))
            {
                Metrics.BadAccesses.Increment();
                return;
            }
            BinaryPrimitives.WriteUInt32LittleEndian(data, value);
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if (offset < MmioRegister.Config && data.Length != sizeof(uint))
        {
            Metrics.BadAccesses.Increment();
            return;
        }
        if (offset == MmioRegister.InterruptAck)
        {
            Interlocked.And(ref _interruptStatus, ~BinaryPrimitives.ReadInt32LittleEndian(data));
            return;
        }
        if (offset == MmioRegister.QueueNotify)
        {
            Notify(BinaryPrimitives.ReadUInt32LittleEndian(data));
            return;
        }
        lock (_context.Gate)
        {
            if (offset >= MmioRegister.Config)
            {
                // Section 2.5: the driver may write configuration only once it knows the device.
                if ((_status & VirtioStatus.Driver) != 0)
                {
                    Device.WriteConfig(offset - MmioRegister.Config, data);
                }
                return;
            }
            if (!TryWriteRegisterLocked(offset, BinaryPrimitives.ReadUInt32LittleEndian(data)))
            {
                Metrics.BadAccesses.Increment();
            }
        }
    }

    private void Notify(uint index)
    {
        if (index < (uint)_queueEvents.Length)
        {
            _queueEvents[index].Signal();
            return;
        }
        Metrics.BadAccesses.Increment();
    }

    private bool TryReadRegisterLocked(ulong offset, out uint value)
    {
        VirtQueue? queue = SelectedQueue();
        uint? result = offset switch
        {
            MmioRegister.MagicValue => Magic,
            MmioRegister.Version => MmioVersion,
            MmioRegister.DeviceId => (uint)Device.DeviceType,
            MmioRegister.VendorId => Vendor,
            MmioRegister.DeviceFeatures => Half(OfferedFeatures, _deviceFeaturesSelector),
            MmioRegister.QueueSizeMax => queue?.SizeMax ?? 0,
            MmioRegister.QueueReady => queue is { IsReady: true } ? 1u : 0u,
            MmioRegister.Status => (uint)_status,
            MmioRegister.ConfigGeneration => _configGeneration,
            // Section 4.2.2: the length of a shared memory region that does not exist reads as -1.
            MmioRegister.ShmLenLow or MmioRegister.ShmLenHigh => uint.MaxValue,
            MmioRegister.ShmBaseLow or MmioRegister.ShmBaseHigh => uint.MaxValue,
            _ => null,
        };
        value = result ?? 0;
        return result is not null;
    }

    private bool TryWriteRegisterLocked(ulong offset, uint value)
    {
        switch (offset)
        {
            case MmioRegister.DeviceFeaturesSel:
                _deviceFeaturesSelector = value;
                return true;
            case MmioRegister.DriverFeaturesSel:
                _driverFeaturesSelector = value;
                return true;
            case MmioRegister.DriverFeatures:
                return TryAcceptFeaturesLocked(value);
            case MmioRegister.QueueSel:
                _queueSelector = value;
                return true;
            case MmioRegister.ShmSel:
                return true;
            case MmioRegister.Status:
                return TryWriteStatusLocked(value);
            default:
                return TryWriteQueueLocked(offset, value);
        }
    }

    private bool TryAcceptFeaturesLocked(uint value)
    {
        const VirtioStatus Negotiation = VirtioStatus.Driver | VirtioStatus.FeaturesOk;
        if ((_status & Negotiation) != VirtioStatus.Driver || _driverFeaturesSelector > 1)
        {
            // Zeros in the upper words of the feature space say nothing; anything else is a driver's error.
            return value == 0;
        }
        int shift = (int)_driverFeaturesSelector * 32;
        _ackedFeatures = (_ackedFeatures & ~((ulong)uint.MaxValue << shift)) | ((ulong)value << shift);
        return true;
    }

    private bool TryWriteQueueLocked(ulong offset, uint value)
    {
        // Section 3.1.1: queues are set up between FEATURES_OK and DRIVER_OK.
        const VirtioStatus Phase = VirtioStatus.FeaturesOk | VirtioStatus.DriverOk | VirtioStatus.Failed;
        if (SelectedQueue() is not { } queue || (_status & Phase) != VirtioStatus.FeaturesOk)
        {
            return false;
        }
        switch (offset)
        {
            case MmioRegister.QueueSize when !queue.IsReady && queue.IsValidSize(value):
                queue.Size = (ushort)value;
                return true;
            case MmioRegister.QueueReady when value <= 1:
                queue.IsReady = value == 1;
                return true;
            case MmioRegister.QueueDescLow or MmioRegister.QueueDescHigh when !queue.IsReady:
                queue.DescriptorTable = SetHalf(queue.DescriptorTable, offset, value);
                return true;
            case MmioRegister.QueueDriverLow or MmioRegister.QueueDriverHigh when !queue.IsReady:
                queue.AvailableRing = SetHalf(queue.AvailableRing, offset, value);
                return true;
            case MmioRegister.QueueDeviceLow or MmioRegister.QueueDeviceHigh when !queue.IsReady:
                queue.UsedRing = SetHalf(queue.UsedRing, offset, value);
                return true;
            default:
                return false;
        }
    }

    private VirtQueue? SelectedQueue() =>
        _queueSelector < (uint)_queues.Length ? _queues[_queueSelector] : null;

    private static uint Half(ulong value, uint selector) => selector switch
    {
        0 => (uint)value,
        1 => (uint)(value >> 32),
        _ => 0,
    };

    /// <summary>Low registers are at multiples of 16, high ones four bytes further.</summary>
    private static ulong SetHalf(ulong old, ulong offset, uint value) =>
        (offset & 4) == 0
            ? (old & 0xffff_ffff_0000_0000) | value
            : (old & uint.MaxValue) | ((ulong)value << 32);
}
