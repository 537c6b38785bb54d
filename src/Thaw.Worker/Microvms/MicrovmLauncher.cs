using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Images;
using Thaw.Worker.Monitors;
using Thaw.Worker.Monitors.Wire;

namespace Thaw.Worker.Microvms;

/// <summary>Boots microVMs and has functions initialised in them.</summary>
internal sealed class MicrovmLauncher(
    WorkerOptions options, ImageCatalog images, MonitorPool monitors, FailureLog failures, TimeProvider time)
{
    internal const string CodeDriveId = "code";
    internal const string RootPmemId = "root";

    /// <summary>CIDs 0 to 2 are taken; every guest has a context of its own, so all may be the same.</summary>
    private const uint GuestCid = 3;

    /// <summary>Lambda's least limit of init before a snapshot.</summary>
    private static readonly TimeSpan s_initTimeoutMin = TimeSpan.FromSeconds(130);

    /// <summary>
    /// One serial port, no output but errors, an end instead of a wait where the kernel panics (the monitor ends with
    /// a reset), the time stamp counter trusted, no self-tests of ciphers that nobody here uses, and memory cleared as
    /// it is freed: a snapshot holds free memory too.
    /// </summary>
    internal const string BootArguments =
        "console=ttyS0 reboot=t panic=-1 quiet 8250.nr_uarts=1 tsc=reliable cryptomgr.notests init_on_free=1";

    /// <summary>Boots a microVM.</summary>
    /// <param name="key">What it is for.</param>
    /// <param name="runtime">Whose root image it gets.</param>
    /// <param name="codeImagePath">The deployment package as a drive.</param>
    /// <param name="size">Its RAM and vCPUs.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="WorkerException">It did not come up.</exception>
    internal async Task<BootedMicrovm> BootAsync(
        FunctionKey key, string runtime, string codeImagePath, GuestSize size, CancellationToken cancellationToken)
    {
        ImageSet set = images.Get();
        string rootImage = images.RuntimeImageOf(runtime).Path;
        long began = time.GetTimestamp();
        IMonitor monitor = await monitors.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using HelloListener listener = new(monitor.Paths.HelloSocket);
            await ConfigureAsync(monitor, set, rootImage, codeImagePath, size, cancellationToken).ConfigureAwait(false);
            await UntilHelloAsync(monitor, listener, cancellationToken).ConfigureAwait(false);
            AgentConnection agent = await AgentConnection.ConnectAsync(
                monitor.Paths.Vsock, options.MonitorTimeout, time, cancellationToken).ConfigureAwait(false);
            return new BootedMicrovm(monitor, agent, time.GetElapsedTime(began));
        }
        catch (WorkerException failure)
        {
            WorkerException report = await failures.ReportAsync(monitor, key, failure).ConfigureAwait(false);
            await monitor.DisposeAsync().ConfigureAwait(false);
            throw report;
        }
        catch
        {
            await monitor.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Has the function's init code run.</summary>
    /// <exception cref="WorkerException">It failed, or took too long. The microVM is of no use then.</exception>
    internal async Task<InitDone> InitialiseAsync(
        BootedMicrovm microvm, FunctionSpec spec, long codeSizeBytes, LogTail log, CancellationToken cancellationToken)
    {
        TimeSpan limit = options.InitTimeout
            ?? (spec.Timeout > s_initTimeoutMin ? spec.Timeout : s_initTimeoutMin);
        Configure configure = new()
        {
            ProtocolVersion = ProtocolLimits.Version,
            FunctionName = spec.Name,
            FunctionVersion = spec.Version,
            FunctionArn = spec.Arn,
            Handler = spec.Handler,
            Runtime = spec.Runtime,
            TimeoutMs = (int)spec.Timeout.TotalMilliseconds,
            InitTimeoutMs = (int)limit.TotalMilliseconds,
            MemorySizeMb = spec.MemorySizeMb,
            Environment = spec.Environment,
            SnapStart = spec.SnapStart,
            CodeSizeBytes = codeSizeBytes,
        };
        // Unpacking comes before init and has no limit of its own in the guest: it gets a boot's time.
        (InitDone Message, ReadOnlyMemory<byte>)? answer = await microvm.Agent.AskAsync<InitDone>(
            configure, default, log, limit + options.BootTimeout + options.AgentGrace, cancellationToken)
            .ConfigureAwait(false);
        InitDone done = answer?.Message ?? throw new WorkerException(
            WorkerFault.InitTimedOut, $"Init did not end within {limit.TotalSeconds:F0} s, nor did the agent say so.")
        {
            FunctionError = new FunctionError(
                "Sandbox.Timedout", $"Init timed out after {limit.TotalSeconds:F2} seconds"),
        };
        if (done.Ok)
        {
            return done;
        }
        FunctionError error = done.Error ?? new FunctionError("Runtime.Unknown", "Init failed without a reason.");
        throw new WorkerException(
            IsTimeout(error) ? WorkerFault.InitTimedOut : WorkerFault.InitFailed,
            $"{error.ErrorType}: {error.ErrorMessage}")
        {
            FunctionError = error,
        };
    }

    /// <summary>Has a runtime started before it is known for which function.</summary>
    /// <returns>Whether this runtime can be started so.</returns>
    /// <exception cref="WorkerException">It failed, or took too long. The microVM is of no use then.</exception>
    internal async Task<bool> PrepareAsync(
        AgentConnection agent, string runtime, CancellationToken cancellationToken)
    {
        Prepare prepare = new()
        {
            ProtocolVersion = ProtocolLimits.Version,
            Runtime = runtime,
            TimeoutMs = (int)options.BootTimeout.TotalMilliseconds,
        };
        (Prepared Message, ReadOnlyMemory<byte>)? answer = await agent.AskAsync<Prepared>(
            prepare, default, null, options.BootTimeout + options.AgentGrace, cancellationToken).ConfigureAwait(false);
        return answer?.Message switch
        {
            { Ok: true } => true,
            { Error.ErrorType: Prepared.NotPreparable } => false,
            { Error: { } error } => throw new WorkerException(
                WorkerFault.BootFailed, $"The runtime {runtime} could not be started: {error.ErrorMessage}"),
            _ => throw new WorkerException(
                WorkerFault.BootFailed,
                $"The runtime {runtime} did not start within {options.BootTimeout.TotalSeconds:F0} s."),
        };
    }

    /// <summary>Whether an error of the agent's says that something took too long.</summary>
    internal static bool IsTimeout(FunctionError error) =>
        error.ErrorType.Contains("Timeout", StringComparison.OrdinalIgnoreCase)
        || error.ErrorType.Contains("Timedout", StringComparison.OrdinalIgnoreCase);

    private async Task ConfigureAsync(
        IMonitor monitor, ImageSet set, string rootImage, string codeImagePath, GuestSize size,
        CancellationToken cancellationToken)
    {
        MonitorJsonContext json = MonitorJsonContext.Default;
        MonitorClient client = monitor.Client;
        await client.PutAsync(
            "/machine-config",
            new MachineConfiguration { VcpuCount = size.VcpuCount, MemSizeMib = size.MemoryMib },
            json.MachineConfiguration, cancellationToken).ConfigureAwait(false);
        await client.PutAsync("/boot-source", new BootSource
        {
            KernelImagePath = set.Kernel.Path,
            InitrdPath = set.Initramfs.Path,
            BootArgs = $"{BootArguments} {options.ExtraBootArguments}".TrimEnd(),
        }, json.BootSource, cancellationToken).ConfigureAwait(false);
        await client.PutAsync($"/pmem/{RootPmemId}", new Pmem
        {
            Id = RootPmemId,
            PathOnHost = rootImage,
            RootDevice = false,
            ReadOnly = true,
        }, json.Pmem, cancellationToken).ConfigureAwait(false);
        await client.PutAsync($"/drives/{CodeDriveId}", new Drive
        {
            DriveId = CodeDriveId,
            PathOnHost = codeImagePath,
            IsRootDevice = false,
            IsReadOnly = true,
        }, json.Drive, cancellationToken).ConfigureAwait(false);
        await client.PutAsync(
            "/vsock", new Vsock { GuestCid = GuestCid, UdsPath = monitor.Paths.Vsock }, json.Vsock, cancellationToken)
            .ConfigureAwait(false);
        await client.PutAsync("/entropy", new Entropy(), json.Entropy, cancellationToken).ConfigureAwait(false);
        await client.PutAsync(
            "/actions", new InstanceAction { ActionType = InstanceAction.InstanceStart }, json.InstanceAction,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task UntilHelloAsync(IMonitor monitor, HelloListener listener, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(options.BootTimeout, time);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Task<Hello> hello = listener.AcceptAsync(both.Token);
        Task first = await Task.WhenAny(hello, monitor.Exited).ConfigureAwait(false);
        if (first != hello)
        {
            await both.CancelAsync().ConfigureAwait(false);
            await ((Task)hello).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new WorkerException(WorkerFault.BootFailed, "The microVM ended while it booted.")
            {
                IsTransient = true,
            };
        }
        try
        {
            await hello.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WorkerException(
                WorkerFault.BootFailed,
                $"The microVM did not boot within {options.BootTimeout.TotalSeconds:F0} s.")
            {
                IsTransient = true,
            };
        }
    }
}
