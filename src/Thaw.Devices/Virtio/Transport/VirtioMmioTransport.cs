using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Snapshot;

namespace Thaw.Devices.Virtio;

/// <summary>
/// Connects a virtio device to the guest by a window of MMIO registers (virtio 1.2, section 4.2, version 2).
/// </summary>
/// <remarks>
/// vCPU threads read and write registers; the event loop's thread processes queues. The gate of the device's context
/// guards everything but the interrupt status, which is a single word, so that acknowledging an interrupt never waits
/// for I/O. A notification only signals the queue's event, whether KVM (ioeventfd) or a register write does it.
/// </remarks>
public sealed partial class VirtioMmioTransport
    : IBusDevice, ISnapshotable<VirtioMmioTransport, VirtioMmioState, VirtioMmioArgs>, IDisposable
{
    /// <summary>Length of the register window.</summary>
    public const ulong WindowBytes = 0x1000;

    /// <summary>
    /// Where a driver writes a queue's index to notify: the address for an ioeventfd, four bytes wide.
    /// </summary>
    public const ulong NotifyOffset = MmioRegister.QueueNotify;

    private const int InterruptUsedBuffer = 1;
    private const int InterruptConfigChange = 2;

    private readonly VirtQueue[] _queues;
    private readonly EventFd[] _queueEvents;
    private readonly List<EventLoop.Registration> _registrations = [];
    private readonly IInterruptLine _line;
    private readonly VirtioContext _context;

    private uint _deviceFeaturesSelector;
    private uint _driverFeaturesSelector;
    private uint _queueSelector;
    private uint _configGeneration;
    private ulong _ackedFeatures;
    private VirtioStatus _status;
    private int _interruptStatus;

    /// <summary>Puts a device behind a new transport, as at power-on.</summary>
    /// <exception cref="LinuxException">Out of descriptors.</exception>
    public VirtioMmioTransport(IVirtioDevice device, GuestMemory memory, IInterruptLine line)
    {
        Invariant.That(device.QueueSizes.Count <= VirtioMmioState.QueueCountMax);
        Device = device;
        _line = line;
        _queues = [.. device.QueueSizes.Select(size => new VirtQueue(memory, size))];
        _queueEvents = [.. _queues.Select(_ => EventFd.Create())];
        _context = new VirtioContext(this, memory, _queues);
        device.Attach(_context);
    }

    /// <summary>The device behind it.</summary>
    public IVirtioDevice Device { get; }

    /// <summary>
    /// One event per queue: what KVM signals when the guest writes the queue's index to the notify register.
    /// </summary>
    public IReadOnlyList<EventFd> QueueEvents => _queueEvents;

    /// <summary>What it counted.</summary>
    public VirtioMmioMetrics Metrics { get; } = new();

    /// <summary>Which rule the driver broke, or null.</summary>
    public string? BrokenReason { get; private set; }

    internal bool IsActiveLocked =>
        (_status & (VirtioStatus.DriverOk | VirtioStatus.NeedsReset | VirtioStatus.Failed)) == VirtioStatus.DriverOk;

    internal ulong AckedFeaturesLocked => _ackedFeatures;

    private ulong OfferedFeatures => Device.DeviceFeatures | VirtioFeatures.Transport;

    /// <summary>
    /// Has <paramref name="loop"/> process the queues from now on. On the loop's thread, or before it runs.
    /// </summary>
    public void Start(EventLoop loop)
    {
        for (int i = 0; i < _queueEvents.Length; i++)
        {
            int index = i;
            _registrations.Add(loop.Register(_queueEvents[i], EpollEvents.Readable, _ => ProcessQueue(index)));
        }
    }

    /// <summary>
    /// Repeats every notification and interrupt that may have been under way when the state was saved. Call it once
    /// after a restore, before the vCPUs run; what was not under way is harmless.
    /// </summary>
    public void Kick()
    {
        foreach (EventFd queueEvent in _queueEvents)
        {
            queueEvent.Signal();
        }
        if (Volatile.Read(ref _interruptStatus) != 0)
        {
            _line.Raise();
        }
    }

    /// <summary>Stops processing. On the loop's thread. The device is its owner's to dispose.</summary>
    public void Dispose()
    {
        foreach (EventLoop.Registration registration in _registrations)
        {
            registration.Dispose();
        }
        _registrations.Clear();
        foreach (EventFd queueEvent in _queueEvents)
        {
            queueEvent.Dispose();
        }
    }

    internal void InterruptIfNeededLocked(VirtQueue queue)
    {
        if (queue.ShouldInterrupt())
        {
            RaiseInterrupt(InterruptUsedBuffer);
        }
    }

    internal void ConfigChangedLocked()
    {
        _configGeneration++;
        if ((_status & VirtioStatus.DriverOk) != 0)
        {
            RaiseInterrupt(InterruptConfigChange);
        }
    }

    internal void CheckBrokenLocked()
    {
        foreach (VirtQueue queue in _queues)
        {
            if (queue.IsBroken && IsActiveLocked)
            {
                SetBrokenLocked(queue.BrokenReason);
            }
        }
    }

    private void ProcessQueue(int index)
    {
        _queueEvents[index].TryDrain();
        lock (_context.Gate)
        {
            if (!IsActiveLocked)
            {
                return;
            }
            Metrics.Notifications.Increment();
            Device.ProcessQueue(index);
            CheckBrokenLocked();
        }
    }

    private void SetBrokenLocked(string reason)
    {
        BrokenReason = reason;
        Metrics.BrokenQueues.Increment();
        // Section 2.1.2: set DEVICE_NEEDS_RESET and, once DRIVER_OK is set, tell the driver by a configuration
        // interrupt.
        _status |= VirtioStatus.NeedsReset;
        ConfigChangedLocked();
    }

    private void RaiseInterrupt(int cause)
    {
        Interlocked.Or(ref _interruptStatus, cause);
        Metrics.Interrupts.Increment();
        _line.Raise();
    }
}
