using Thaw.Linux;
using Thaw.Snapshot;

namespace Thaw.Devices.Virtio;

/// <summary>Saving and restoring.</summary>
public sealed partial class VirtioMmioTransport
{
    /// <summary>
    /// The transport's and the queues' state; the device has its own. On the loop's thread with the vCPUs stopped, in
    /// the same callback that saves memory, so that no queue moves in between.
    /// </summary>
    public VirtioMmioState SaveState()
    {
        lock (_context.Gate)
        {
            return new VirtioMmioState
            {
                DeviceType = Device.DeviceType,
                DeviceFeaturesSelector = _deviceFeaturesSelector,
                DriverFeaturesSelector = _driverFeaturesSelector,
                AckedFeatures = _ackedFeatures,
                QueueSelector = _queueSelector,
                Status = _status,
                InterruptStatus = (uint)Volatile.Read(ref _interruptStatus),
                ConfigGeneration = _configGeneration,
                Queues = [.. _queues.Select(queue => queue.SaveState())],
            };
        }
    }

    /// <summary>
    /// A transport in a saved state; the device is restored already, memory too. Then <see cref="Start"/> and
    /// <see cref="Kick"/>.
    /// </summary>
    /// <exception cref="SnapshotException">The state does not fit the device or guest memory.</exception>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public static VirtioMmioTransport Restore(in VirtioMmioState state, VirtioMmioArgs args)
    {
        VirtioMmioTransport transport = new(args.Device, args.Memory, args.Line);
        string? refusal = transport.TryRestore(state);
        if (refusal is not null)
        {
            transport.Dispose();
            throw StateRefusal.Create($"virtio device {args.Device.Name}", refusal);
        }
        return transport;
    }

    private string? TryRestore(VirtioMmioState state)
    {
        lock (_context.Gate)
        {
            if (CheckState(state) is { } refusal)
            {
                return refusal;
            }
            _deviceFeaturesSelector = state.DeviceFeaturesSelector;
            _driverFeaturesSelector = state.DriverFeaturesSelector;
            _ackedFeatures = state.AckedFeatures;
            _queueSelector = state.QueueSelector;
            _status = state.Status;
            _interruptStatus = (int)state.InterruptStatus;
            _configGeneration = state.ConfigGeneration;
            for (int i = 0; i < _queues.Length; i++)
            {
                if (_queues[i].TryRestore(state.Queues[i]) is { } reason)
                {
                    return reason;
                }
            }
            return IsActiveLocked ? TryReactivateLocked() : null;
        }
    }

    private string? CheckState(VirtioMmioState state)
    {
        const VirtioStatus Known = DriverBits | VirtioStatus.NeedsReset;
        if (state.DeviceType != Device.DeviceType)
        {
            return $"it is of a {state.DeviceType} device, this is a {Device.DeviceType} device";
        }
        if (state.Queues.Count != _queues.Length)
        {
            return $"it has {state.Queues.Count} queues, the device {_queues.Length}";
        }
        if ((state.Status & ~Known) != 0 || state.InterruptStatus > (InterruptUsedBuffer | InterruptConfigChange))
        {
            return $"status 0x{(uint)state.Status:x}, interrupt status 0x{state.InterruptStatus:x}";
        }
        bool isNegotiated = (state.Status & (VirtioStatus.FeaturesOk | VirtioStatus.DriverOk)) != 0;
        if (isNegotiated && (state.AckedFeatures & ~OfferedFeatures) != 0)
        {
            return $"its driver accepted features 0x{state.AckedFeatures:x}, the device offers 0x{OfferedFeatures:x}";
        }
        return null;
    }

    private string? TryReactivateLocked()
    {
        foreach (VirtQueue queue in _queues)
        {
            if (!queue.TryEnable(_ackedFeatures) || !queue.HasPlausibleIndex())
            {
                return queue.BrokenReason;
            }
        }
        Device.Activate();
        return null;
    }
}
