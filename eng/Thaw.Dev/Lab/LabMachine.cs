using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Thaw.Images;
using Thaw.Images.Tools;

namespace Thaw.Dev.Lab;

/// <summary>The QEMU process that emulates the host, with AMD's virtualisation extension.</summary>
internal static class LabMachine
{
    private const string Qemu = "qemu-system-x86_64";
    private const int ServicePortInside = 7777;
    private const int ServicePortWanted = 17777;
    private const int ExecPortInside = 22;
    private const int ExecPortWanted = 17722;
    private const int MemoryMiB = 6144;
    private const int MemoryMinMiB = 3072;
    private static readonly TimeSpan s_endMax = TimeSpan.FromSeconds(10);

    /// <summary>Starts QEMU in the background.</summary>
    /// <returns>Its process id and the ports of service and exec channel on 127.0.0.1.</returns>
    public static async Task<(int Pid, int ServicePort, int ExecPort)> StartAsync(
        LabImages images, CancellationToken cancellationToken)
    {
        int servicePort = FreePort(ServicePortWanted);
        int execPort = FreePort(ExecPortWanted);
        File.Delete(LabPaths.Pid);
        File.Delete(LabPaths.Console);
        string[] arguments =
        [
            "-name", "thaw-lab", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-daemonize",
            "-pidfile", LabPaths.Pid,
            "-serial", $"file:{LabPaths.Console}",
            // One processor: with two, an interrupt from one to the other now and then hits between a guest's exit and
            // the host's state being back, and the host's kernel panics.
            "-accel", "tcg,thread=multi", "-smp", "1", "-cpu", "EPYC,+svm,+npt", "-M", "q35",
            "-m", Memory().ToString(CultureInfo.InvariantCulture),
            "-kernel", images.Kernel, "-initrd", LabPaths.Initramfs,
            "-append",
            "console=ttyS0 panic=-1 quiet nokaslr tsc=reliable cryptomgr.notests mitigations=off",
            "-netdev",
            $"user,id=n0,hostfwd=tcp:127.0.0.1:{servicePort}-:{ServicePortInside}" +
            $",hostfwd=tcp:127.0.0.1:{execPort}-:{ExecPortInside}",
            "-device", "virtio-net-pci,netdev=n0,romfile=",
            "-object", "rng-random,id=r0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=r0",
            .. Disk("d0", images.Root, "readonly=on"),
            .. Disk("d1", LabPaths.Payload, "readonly=on"),
            .. Disk("d2", LabPaths.Scratch, "cache=unsafe,discard=unmap"),
        ];
        try
        {
            await HostTool.RunAsync(new ToolCall(Qemu, arguments), cancellationToken);
        }
        catch (ImageException e)
        {
            throw new DevException($"The emulated host does not start. {e.Message} Run ./dev setup.");
        }

        string pid = await File.ReadAllTextAsync(LabPaths.Pid, cancellationToken);
        return (int.Parse(pid.Trim(), CultureInfo.InvariantCulture), servicePort, execPort);
    }

    /// <summary>Whether this process id is our QEMU: numbers are given out again.</summary>
    public static bool IsRunning(int pid)
    {
        try
        {
            string[] words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return words[0].Contains("qemu-system", StringComparison.Ordinal) && words.Contains(LabPaths.Pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Ends that one QEMU. Its disks are read-only or thrown away, so there is nothing to save.</summary>
    public static async Task EndAsync(int pid, CancellationToken cancellationToken)
    {
        if (!IsRunning(pid))
        {
            return;
        }

        using var process = Process.GetProcessById(pid);
        process.Kill();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_endMax);
        while (IsRunning(pid))
        {
            await Task.Delay(20, bound.Token);
        }
    }

    private static string[] Disk(string id, string path, string options) =>
    [
        "-drive", $"file={path},if=none,format=raw,id={id},{options}", "-device", $"virtio-blk-pci,drive={id}",
    ];

    private static int Memory()
    {
        long total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        return (int)Math.Clamp(total * 6 / 10, MemoryMinMiB, MemoryMiB);
    }

    private static int FreePort(int wanted)
    {
        foreach (int port in (int[])[wanted, 0])
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException) when (port == wanted)
            {
                StepLog.Say($"Port {wanted} is taken; using another one");
            }
        }

        throw new DevException("There is no free port on 127.0.0.1.");
    }
}
