using Thaw.Devices.Legacy;
using Thaw.Devices.Virtio.Block;
using Thaw.Kvm;
using Thaw.Linux;
using Thaw.Vmm.Config;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Vcpus;

namespace Thaw.Vmm;

/// <summary>One microVM: built paused by booting or by restoring, then run, paused, saved.</summary>
/// <remarks>All members on the event loop's thread.</remarks>
public sealed partial class Microvm : IDisposable
{
    private readonly MicrovmEnvironment _environment;
    private readonly Hardware _hardware;
    private readonly Serial16550 _serial;
    private readonly List<VcpuThread> _threads = [];

    private Microvm(
        MicrovmConfig config, MicrovmEnvironment environment, Hardware hardware, Serial16550 serial,
        SerialConsole console)
    {
        Config = config;
        _environment = environment;
        _hardware = hardware;
        _serial = serial;
        Console = console;
        foreach (KvmVcpu vcpu in hardware.Vcpus)
        {
            _threads.Add(new VcpuThread(
                vcpu, hardware.Ports, hardware.Mmio, stop => environment.Loop.Post(() => OnVcpuStop(stop))));
        }
    }

    /// <summary>What it is made of.</summary>
    public MicrovmConfig Config { get; private set; }

    /// <summary>Whether the guest runs.</summary>
    public MicrovmRunState State { get; private set; } = MicrovmRunState.Paused;

    /// <summary>The guest's serial console: its last lines, for diagnosis.</summary>
    public SerialConsole Console { get; }

    /// <summary>How the guest ended; null before.</summary>
    public MicrovmEnd? End { get; private set; }

    /// <summary>Called once, on the loop's thread, when the guest ended.</summary>
    public Action<MicrovmEnd>? OnEnd { get; set; }

    /// <summary>VM exits that were handled, of all vCPUs.</summary>
    public ulong ExitCount => (ulong)_threads.Sum(thread => (long)thread.ExitCount);

    /// <summary>Lets the guest run. Resuming a running one is a success without effect.</summary>
    /// <exception cref="MicrovmException">The guest ended.</exception>
    public void Resume()
    {
        RequireNotEnded();
        if (State == MicrovmRunState.Running)
        {
            return;
        }
        foreach (VcpuThread thread in _threads)
        {
            thread.Resume();
        }
        State = MicrovmRunState.Running;
    }

    /// <summary>Stops all vCPUs between two instructions. Pausing a paused one is a success without effect.</summary>
    /// <exception cref="MicrovmException">The guest ended.</exception>
    /// <exception cref="TimeoutException">A vCPU did not stop.</exception>
    public void Pause()
    {
        RequireNotEnded();
        if (State == MicrovmRunState.Paused)
        {
            return;
        }
        foreach (VcpuThread thread in _threads)
        {
            thread.RequestPause();
        }
        foreach (VcpuThread thread in _threads)
        {
            thread.WaitPaused();
        }
        foreach (KvmVcpu vcpu in _hardware.Vcpus)
        {
            vcpu.TryNotifyPaused();
        }
        State = MicrovmRunState.Paused;
    }

    /// <summary>Puts another file behind a drive; the guest hears of a new capacity.</summary>
    /// <exception cref="MicrovmException">There is no such drive, or the file cannot be used.</exception>
    public void UpdateDrive(string id, string path)
    {
        RequireNotEnded();
        BlockDevice? drive = _hardware.Slots.Select(slot => slot.Device).OfType<BlockDevice>()
            .FirstOrDefault(device => device.Options.DriveId == id);
        if (drive is null)
        {
            throw new MicrovmException($"There is no drive {id}.");
        }
        try
        {
            drive.UpdateBackingFile(path);
        }
        catch (LinuxException failure)
        {
            throw new MicrovmException($"Drive {id}: {path} cannot be used: {failure.Errno}.", failure);
        }
        Config = Config with
        {
            Drives = [.. Config.Drives.Select(config => config.Id == id ? config with { Path = path } : config)],
        };
    }

    /// <summary>Types on the guest's serial console; what its receive buffer cannot take is dropped.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int SendConsoleInput(ReadOnlySpan<byte> bytes) => _serial.Receive(bytes);

    /// <summary>Ends the guest at once and gives everything back.</summary>
    public void Dispose()
    {
        State = MicrovmRunState.Ended;
        foreach (VcpuThread thread in _threads)
        {
            thread.Dispose();
        }
        _hardware.Dispose();
        Console.Dispose();
    }

    private void OnVcpuStop(VcpuStop stop)
    {
        string console = stop.IsError ? $"{stop.Description}; console: {Console.Tail(1024)}" : stop.Description;
        Finish(new MicrovmEnd(stop.IsError ? MicrovmEndReason.Error : MicrovmEndReason.Reset, console));
    }

    private void Finish(MicrovmEnd end)
    {
        if (End is not null)
        {
            return;
        }
        End = end;
        State = MicrovmRunState.Ended;
        foreach (VcpuThread thread in _threads)
        {
            thread.RequestPause();
        }
        Console.FlushToFile();
        OnEnd?.Invoke(end);
    }

    private void RequireNotEnded()
    {
        if (End is not null)
        {
            throw new MicrovmException($"The microVM has ended: {End.Description}");
        }
    }

    private void RequirePaused(string operation)
    {
        RequireNotEnded();
        if (State != MicrovmRunState.Paused)
        {
            throw new MicrovmException($"{operation} needs a paused microVM; this one is running.");
        }
    }
}
