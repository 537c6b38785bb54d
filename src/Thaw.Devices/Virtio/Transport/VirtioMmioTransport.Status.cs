namespace Thaw.Devices.Virtio;

/// <summary>The device status state machine (virtio 1.2, sections 2.1 and 3.1).</summary>
public sealed partial class VirtioMmioTransport
{
    private const VirtioStatus DriverBits = VirtioStatus.Acknowledge | VirtioStatus.Driver
        | VirtioStatus.FeaturesOk | VirtioStatus.DriverOk | VirtioStatus.Failed;

    private bool TryWriteStatusLocked(uint value)
    {
        if (value == 0)
        {
            ResetLocked();
            return true;
        }
        VirtioStatus wanted = (VirtioStatus)value & DriverBits;
        VirtioStatus current = _status & DriverBits;
        VirtioStatus added = wanted & ~current;
        // Section 2.1.1: the driver does not clear bits. What the device added, it may leave out or repeat.
        if ((current & ~wanted) != 0)
        {
            return false;
        }
        if ((added & VirtioStatus.Failed) != 0)
        {
            _status |= VirtioStatus.Failed;
            return true;
        }
        switch (added)
        {
            case VirtioStatus.None:
                return true;
            case VirtioStatus.Acknowledge when current == VirtioStatus.None:
            case VirtioStatus.Driver when current == VirtioStatus.Acknowledge:
                _status |= added;
                return true;
            case VirtioStatus.Acknowledge | VirtioStatus.Driver when current == VirtioStatus.None:
                _status |= added;
                return true;
            case VirtioStatus.FeaturesOk when current == (VirtioStatus.Acknowledge | VirtioStatus.Driver):
                return TryEndNegotiationLocked();
            case VirtioStatus.DriverOk when (current & VirtioStatus.FeaturesOk) != 0:
                _status |= VirtioStatus.DriverOk;
                ActivateLocked();
                return true;
            default:
                return false;
        }
    }

    private bool TryEndNegotiationLocked()
    {
        // Section 6.1: without VERSION_1 the driver wants the legacy interface, which is not there.
        if ((_ackedFeatures & ~OfferedFeatures) != 0 || (_ackedFeatures & VirtioFeatures.Version1) == 0)
        {
            return false;
        }
        _status |= VirtioStatus.FeaturesOk;
        return true;
    }

    private void ActivateLocked()
    {
        foreach (VirtQueue queue in _queues)
        {
            if (!queue.TryEnable(_ackedFeatures))
            {
                SetBrokenLocked(queue.BrokenReason ?? "a queue that cannot be used");
                return;
            }
        }
        Device.Activate();
        CheckBrokenLocked();
    }

    private void ResetLocked()
    {
        Metrics.Resets.Increment();
        Device.Reset();
        foreach (VirtQueue queue in _queues)
        {
            queue.Reset();
        }
        _status = VirtioStatus.None;
        _ackedFeatures = 0;
        _deviceFeaturesSelector = 0;
        _driverFeaturesSelector = 0;
        _queueSelector = 0;
        BrokenReason = null;
        Interlocked.Exchange(ref _interruptStatus, 0);
    }
}
