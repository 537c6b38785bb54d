using Thaw.Core;
using Thaw.Devices;
using Thaw.Kvm;

namespace Thaw.Vmm.Vcpus;

/// <summary>
/// Runs one vCPU on a thread of its own: Paused, Running, Finished. It starts paused; its state may be touched only
/// then.
/// </summary>
internal sealed class VcpuThread : IDisposable
{
    private static readonly TimeSpan s_pauseTimeout = TimeSpan.FromSeconds(30);

    private readonly KvmVcpu _vcpu;
    private readonly Bus _ports;
    private readonly Bus _mmio;
    private readonly Action<VcpuStop> _onStop;
    private readonly Thread _thread;

    // Guards the fields below; a leaf lock, nothing is called while it is held.
    private readonly object _lock = new();
    private VcpuKick? _kick;
    private VcpuRunState _state = VcpuRunState.Paused;
    private VcpuRunState _wanted = VcpuRunState.Paused;
    private ulong _exits;

    /// <summary>Creates the thread, paused.</summary>
    /// <param name="vcpu">The vCPU; not owned.</param>
    /// <param name="ports">Where port I/O goes; frozen.</param>
    /// <param name="mmio">Where MMIO goes; frozen.</param>
    /// <param name="onStop">Called on the vCPU's thread when the guest ends; must only post.</param>
    internal VcpuThread(KvmVcpu vcpu, Bus ports, Bus mmio, Action<VcpuStop> onStop)
    {
        _vcpu = vcpu;
        _ports = ports;
        _mmio = mmio;
        _onStop = onStop;
        _thread = new Thread(Main, maxStackSize: 256 * 1024) { IsBackground = true, Name = $"vcpu{vcpu.Id}" };
        _thread.Start();
    }

    /// <summary>VM exits that were handled.</summary>
    internal ulong ExitCount => Volatile.Read(ref _exits);

    /// <summary>What it does now.</summary>
    internal VcpuRunState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Lets it run.</summary>
    internal void Resume()
    {
        lock (_lock)
        {
            if (_state == VcpuRunState.Finished)
            {
                return;
            }
            _vcpu.ImmediateExit = false;
            _wanted = VcpuRunState.Running;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Asks it to pause, without waiting.</summary>
    internal void RequestPause() => Request(VcpuRunState.Paused);

    /// <summary>Waits until it is paused (or finished).</summary>
    /// <exception cref="TimeoutException">It did not stop: a device or the host blocks it.</exception>
    internal void WaitPaused()
    {
        lock (_lock)
        {
            while (_state == VcpuRunState.Running)
            {
                if (!Monitor.Wait(_lock, s_pauseTimeout))
                {
                    throw new TimeoutException(
                        $"vCPU {_vcpu.Id} did not pause within {s_pauseTimeout.TotalSeconds} s.");
                }
            }
        }
    }

    /// <summary>Ends the thread and waits for it.</summary>
    public void Dispose()
    {
        Request(VcpuRunState.Finished);
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Request(VcpuRunState wanted)
    {
        lock (_lock)
        {
            if (_wanted != VcpuRunState.Finished)
            {
                _wanted = wanted;
            }
            // Set before the signal: a thread that has not entered KVM_RUN yet leaves it at once.
            _vcpu.ImmediateExit = true;
            Monitor.PulseAll(_lock);
            if (_state == VcpuRunState.Running)
            {
                _kick?.Send();
            }
        }
    }

    private void Main()
    {
        try
        {
            lock (_lock)
            {
                _kick = VcpuKick.ForCurrentThread();
            }
            while (AwaitRunning())
            {
                RunUntilInterrupted();
            }
        }
        catch (Exception failure)
        {
            Finish(new VcpuStop(_vcpu.Id, IsError: true, $"vCPU {_vcpu.Id}: {failure.Message}"));
        }
    }

    /// <summary>Settles a requested pause; false when the thread is to end.</summary>
    private bool AwaitRunning()
    {
        lock (_lock)
        {
            while (_wanted == VcpuRunState.Paused && _state != VcpuRunState.Finished)
            {
                _state = VcpuRunState.Paused;
                Monitor.PulseAll(_lock);
                Monitor.Wait(_lock);
            }
            if (_wanted == VcpuRunState.Finished || _state == VcpuRunState.Finished)
            {
                _state = VcpuRunState.Finished;
                Monitor.PulseAll(_lock);
                return false;
            }
            _state = VcpuRunState.Running;
            return true;
        }
    }

    /// <summary>
    /// Runs until KVM_RUN is interrupted. After an exit it always re-enters, so that KVM completes the instruction
    /// before anybody reads the state (api.rst, KVM_RUN: "operations are complete only after re-entry").
    /// </summary>
    private void RunUntilInterrupted()
    {
        while (true)
        {
            VcpuExitReason reason = _vcpu.Run();
            Volatile.Write(ref _exits, _exits + 1);
            switch (reason)
            {
                case VcpuExitReason.Interrupted:
                    return;
                case VcpuExitReason.PortIo:
                    HandlePortIo();
                    break;
                case VcpuExitReason.Mmio when _vcpu.IsMmioWrite:
                    _mmio.Write(_vcpu.MmioAddress, _vcpu.MmioData);
                    break;
                case VcpuExitReason.Mmio:
                    _mmio.Read(_vcpu.MmioAddress, _vcpu.MmioData);
                    break;
                case VcpuExitReason.Shutdown:
                    Finish(new VcpuStop(_vcpu.Id, IsError: false, "The guest shut down by a triple fault."));
                    return;
                default:
                    string where = $"at 0x{_vcpu.GetInstructionPointer():x}";
                    Finish(new VcpuStop(_vcpu.Id, IsError: true, $"vCPU {_vcpu.Id}: {_vcpu.DescribeExit()} {where}"));
                    return;
            }
        }
    }

    private void HandlePortIo()
    {
        Span<byte> data = _vcpu.PortData;
        int size = _vcpu.PortSizeBytes;
        ushort port = _vcpu.Port;
        Invariant.That(size is 1 or 2 or 4);
        for (int at = 0; at + size <= data.Length; at += size)
        {
            if (_vcpu.IsPortWrite)
            {
                _ports.Write(port, data.Slice(at, size));
            }
            else
            {
                _ports.Read(port, data.Slice(at, size));
            }
        }
    }

    private void Finish(VcpuStop stop)
    {
        lock (_lock)
        {
            _state = VcpuRunState.Finished;
            _wanted = VcpuRunState.Finished;
            Monitor.PulseAll(_lock);
        }
        _onStop(stop);
    }
}
