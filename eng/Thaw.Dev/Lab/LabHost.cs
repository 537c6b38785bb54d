using System.Text.Json;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Lab;

/// <summary>
/// The emulated host: a small Linux under QEMU with a <c>/dev/kvm</c> of its own, for machines whose own is missing or
/// unusable. One per user; it keeps running in the background.
/// </summary>
internal static class LabHost
{
    private static readonly TimeSpan s_readyMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_lockMax = TimeSpan.FromMinutes(5);
    private const int ConsoleTailLines = 25;
    private const int StartsMax = 3;
    private static readonly string[] s_deathMarks = ["BUG:", "Oops", "Kernel panic"];

    /// <summary>What runs now; null when nothing does.</summary>
    public static LabState? Current()
    {
        try
        {
            LabState? state = JsonSerializer.Deserialize(File.ReadAllBytes(LabPaths.State), DevJson.Default.LabState);
            return state is not null && LabMachine.IsRunning(state.Pid) ? state : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What runs now.</summary>
    /// <exception cref="DevException">Nothing does.</exception>
    public static LabState Require() =>
        Current() ?? throw new DevException("The emulated host does not run. Start it: ./dev lab up.");

    /// <summary>Brings the host up with the published programs and these images, unless just that runs.</summary>
    public static async Task<LabState> UpAsync(ImageSet set, CancellationToken cancellationToken)
    {
        foreach (string program in (string[])[Workspace.Service, Workspace.Monitor, Workspace.GuestAgent])
        {
            if (!File.Exists(program))
            {
                throw new DevException($"{program} is missing. Publish first: ./dev publish.");
            }
        }

        using IDisposable held = await LockAsync(cancellationToken);
        LabImages images = await StepLog.RunAsync(
            "Building the emulated host's system",
            report => LabImages.BuildAsync(new ImageSteps.SynchronousProgress(report), cancellationToken));
        string key = LabImages.KeyOfPayload(images, Workspace.Programs, set);
        LabState? current = Current();
        if (current is not null && current.Payload == key && await AnswersAsync(current, cancellationToken))
        {
            return current;
        }

        await EndAsync(current, cancellationToken);
        await StepLog.RunAsync("Packing programs and images for the emulated host", async _ =>
        {
            await LabImages.WritePayloadAsync(key, Workspace.Programs, set, cancellationToken);
            await LabImages.WriteScratchAsync(cancellationToken);
            images.WriteInitramfs(await LabShell.EnsureKeyAsync(cancellationToken));
        });
        return await StartPersistentlyAsync(images, key, cancellationToken);
    }

    /// <summary>
    /// Emulated machines stall at times while they boot, the more so the busier this one is: another is started then,
    /// aloud.
    /// </summary>
    private static async Task<LabState> StartPersistentlyAsync(
        LabImages images, string key, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await StepLog.RunAsync(
                    "Starting the emulated host", _ => StartAsync(images, key, cancellationToken));
            }
            catch (DevException stalled) when (attempt < StartsMax)
            {
                StepLog.Say($"Start {attempt} of at most {StartsMax} failed. {stalled.Message}");
            }
        }
    }

    /// <summary>Ends the host that <c>lab up</c> started.</summary>
    /// <returns>Whether one ran.</returns>
    public static async Task<bool> DownAsync(CancellationToken cancellationToken)
    {
        using IDisposable held = await LockAsync(cancellationToken);
        LabState? current = Current();
        await EndAsync(current, cancellationToken);
        return current is not null;
    }

    /// <summary>
    /// What the console says where the host ended although nobody ended it; null where it runs, or was brought down.
    /// Emulated processors are not perfect: rarely, an interrupt that should wait for the end of a guest's exit does
    /// not, and the host's kernel panics.
    /// </summary>
    public static string? Death()
    {
        if (!File.Exists(LabPaths.State) || Current() is not null || !File.Exists(LabPaths.Console))
        {
            return null;
        }

        string? panic = File.ReadLines(LabPaths.Console)
            .FirstOrDefault(line => s_deathMarks.Any(mark => line.Contains(mark, StringComparison.Ordinal)));
        return panic ?? "its console says nothing about it";
    }

    /// <summary>The last lines of the serial console.</summary>
    public static string ConsoleTail()
    {
        if (!File.Exists(LabPaths.Console))
        {
            return "(the console printed nothing)";
        }

        return string.Join('\n', File.ReadLines(LabPaths.Console).TakeLast(ConsoleTailLines));
    }

    private static async Task<LabState> StartAsync(LabImages images, string key, CancellationToken cancellationToken)
    {
        (int pid, int servicePort, int execPort) = await LabMachine.StartAsync(images, cancellationToken);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_readyMax);
        bool ready = false;
        try
        {
            ready = await LabShell.ConnectAsync(execPort, () => LabMachine.IsRunning(pid), bound.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await LabMachine.EndAsync(pid, cancellationToken);
            throw new DevException(
                $"The emulated host was not ready after {s_readyMax.TotalSeconds:0} s. ssh said: " +
                $"{LabShell.LastError()}\nIts console ends:\n{ConsoleTail()}");
        }
        catch (OperationCanceledException)
        {
            await LabMachine.EndAsync(pid, CancellationToken.None);
            throw;
        }

        if (!ready)
        {
            throw new DevException($"The emulated host ended by itself. Its console ends:\n{ConsoleTail()}");
        }

        var state = new LabState
        {
            Pid = pid,
            Endpoint = $"http://127.0.0.1:{servicePort}",
            Exec = LabShell.CommandFor(execPort),
            ExecPort = execPort,
            Console = LabPaths.Console,
            Payload = key,
        };
        await File.WriteAllBytesAsync(
            LabPaths.State, JsonSerializer.SerializeToUtf8Bytes(state, DevJson.Default.LabState), cancellationToken);
        return state;
    }

    private static async Task<bool> AnswersAsync(LabState state, CancellationToken cancellationToken)
    {
        (int code, _) = await ChildProcess.CaptureAsync(
            state.Exec[0], [.. state.Exec.Skip(1), "true"], null, cancellationToken);
        return code == 0;
    }

    private static async Task EndAsync(LabState? state, CancellationToken cancellationToken)
    {
        if (state is not null)
        {
            await LabShell.DisconnectAsync(state.ExecPort, cancellationToken);
            await LabMachine.EndAsync(state.Pid, cancellationToken);
        }

        File.Delete(LabPaths.State);
    }

    private static async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(LabPaths.Directory);
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(
                LabPaths.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_lockMax);
        while (true)
        {
            try
            {
                return new FileStream(LabPaths.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(LabPaths.Lock))
            {
                await Task.Delay(100, bound.Token);
            }
        }
    }
}
