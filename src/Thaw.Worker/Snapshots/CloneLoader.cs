using Thaw.Protocol;
using Thaw.Store;
using Thaw.Worker.Agents;
using Thaw.Worker.Images;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors;
using Thaw.Worker.Monitors.Wire;

namespace Thaw.Worker.Snapshots;

/// <summary>Makes a clone out of a snapshot's files: loads, resumes, makes unique.</summary>
internal sealed class CloneLoader(
    WorkerOptions options, ImageCatalog images, MonitorPool monitors, FailureLog failures, IEntropy random,
    TimeProvider time)
{
    private const int CloneIdSizeBytes = 16;
    private const int EntropySizeBytes = 64;
    private const long NanosecondsPerTick = 100;

    /// <summary>Makes a clone, ready but for what its snapshot's function has to do.</summary>
    /// <param name="key">What it is for.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="codePath">The code drive's file.</param>
    /// <param name="verify">Whether to check all of its memory.</param>
    /// <param name="log">Takes the function's output.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="WorkerException">There is no clone, and it never ran for anybody.</exception>
    internal async Task<Clone> StartAsync(
        FunctionKey key, BaseSnapshot snapshot, string codePath, bool verify, LogTail log,
        CancellationToken cancellationToken)
    {
        string what = snapshot.Manifest.Title;
        string rootImage = FindRootImage(what, snapshot.Manifest);
        IMonitor monitor = await monitors.TakeAsync(cancellationToken).ConfigureAwait(false);
        AgentConnection? agent = null;
        try
        {
            await LoadAsync(monitor, what, snapshot, rootImage, codePath, verify, cancellationToken)
                .ConfigureAwait(false);
            agent = await AgentConnection.ConnectAsync(
                monitor.Paths.Vsock, options.RestoreTimeout, time, cancellationToken).ConfigureAwait(false);
            Restored restored = await RestoreAsync(agent, snapshot.Manifest, monitor.Id, log, cancellationToken)
                .ConfigureAwait(false);
            return new Clone(monitor, agent, restored.CloneId, restored.Timings);
        }
        catch (Exception failure)
        {
            WorkerException? report = failure is WorkerException known
                ? await failures.ReportAsync(monitor, key, known).ConfigureAwait(false)
                : null;
            if (agent is not null)
            {
                await agent.DisposeAsync().ConfigureAwait(false);
            }
            await monitor.DisposeAsync().ConfigureAwait(false);
            if (report is not null)
            {
                throw report;
            }
            throw;
        }
    }

    /// <summary>Makes a clone that is to become a snapshot, on a second microVM where the first fails.</summary>
    /// <param name="key">What it is for.</param>
    /// <param name="parent">The snapshot.</param>
    /// <param name="codePath">The code drive's file.</param>
    /// <param name="began">Since when its start counts.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="WorkerException">There is no clone.</exception>
    internal async Task<BootedMicrovm> StartForSnapshotAsync(
        FunctionKey key, BaseSnapshot parent, string codePath, long began, CancellationToken cancellationToken)
    {
        (Clone clone, _, _) = await StartRetry.RunAsync(
            () => StartAsync(key, parent, codePath, verify: false, new LogTail(), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return new BootedMicrovm(clone.Monitor, clone.Agent, time.GetElapsedTime(began));
    }

    private async Task LoadAsync(
        IMonitor monitor, string what, BaseSnapshot snapshot, string rootImage, string codePath, bool verify,
        CancellationToken cancellationToken)
    {
        SnapshotLoad load = new()
        {
            SnapshotPath = snapshot.Files.State,
            MemBackend = snapshot.Memory,
            ResumeVm = true,
            VerifyMemory = verify,
            VsockOverride = new VsockOverride { UdsPath = monitor.Paths.Vsock },
            DriveOverrides = [new PathOverride { Id = MicrovmLauncher.CodeDriveId, PathOnHost = codePath }],
            PmemOverrides =
            [
                new PathOverride { Id = MicrovmLauncher.RootPmemId, PathOnHost = rootImage },
            ],
        };
        try
        {
            // Checking memory reads all of it: that may take as long as writing it.
            await monitor.Client.PutAsync(
                "/snapshot/load", load, MonitorJsonContext.Default.SnapshotLoad,
                verify ? options.SnapshotTimeout : options.MonitorTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (WorkerException failure) when (failure.Fault == WorkerFault.MonitorRefused)
        {
            throw new WorkerException(
                WorkerFault.SnapshotInvalid, $"The snapshot of {what} can't be used: {failure.Message}", failure);
        }
    }

    /// <summary>Makes a resumed clone unique, and has its after-restore hooks run.</summary>
    /// <returns>What the agent says.</returns>
    /// <exception cref="WorkerException">It is not ready, and must never serve.</exception>
    private async Task<Restored> RestoreAsync(
        AgentConnection agent, SnapshotManifest manifest, string microvmId, LogTail log,
        CancellationToken cancellationToken)
    {
        string cloneId = NewCloneId();
        byte[] entropy = new byte[EntropySizeBytes];
        random.Fill(entropy);
        Restore restore = new()
        {
            ProtocolVersion = ProtocolLimits.Version,
            CloneId = cloneId,
            Generation = manifest.Generation + 1,
            Entropy = entropy,
            Hostname = $"thaw-{microvmId}",
            RestoreTimeoutMs = (int)options.RestoreTimeout.TotalMilliseconds,
            // Last, for it is true only now.
            WallClockUnixNs = (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * NanosecondsPerTick,
        };
        (Restored Message, ReadOnlyMemory<byte>)? answer = await agent.AskAsync<Restored>(
            restore, default, log, options.RestoreTimeout + options.AgentGrace, cancellationToken)
            .ConfigureAwait(false);
        if (answer is not { Message: Restored restored })
        {
            throw new WorkerException(
                WorkerFault.RestoreTimedOut,
                $"The clone was not ready within {options.RestoreTimeout.TotalSeconds:F0} s.")
            {
                IsTransient = true,
            };
        }
        if (restored.CloneId != cloneId)
        {
            throw new WorkerException(WorkerFault.RestoreFailed, "The clone answered with another clone's id.")
            {
                IsTransient = true,
            };
        }
        if (!restored.Ok)
        {
            FunctionError error = restored.Error ?? new FunctionError("Runtime.Unknown", "no reason given");
            throw new WorkerException(
                MicrovmLauncher.IsTimeout(error) ? WorkerFault.RestoreTimedOut : WorkerFault.RestoreFailed,
                $"The clone is not ready: {restored.FailedStep ?? "a step"} failed with {error.ErrorType}: "
                + error.ErrorMessage)
            {
                FunctionError = error,
                IsTransient = true,
            };
        }
        return restored;
    }

    /// <summary>A guest reads its root file system from the very image that it was started on, or not at all.</summary>
    /// <exception cref="WorkerException">That image is gone.</exception>
    private string FindRootImage(string what, SnapshotManifest manifest) =>
        images.Find(manifest.RootImage) ?? throw new WorkerException(
            WorkerFault.SnapshotInvalid,
            $"The snapshot of {what} can't be used: it was made on the image {manifest.RootImage.Path} of "
            + $"{manifest.RootImage.ModifiedAt:u}, which is no longer there; publish the function again.");

    private string NewCloneId()
    {
        Span<byte> bytes = stackalloc byte[CloneIdSizeBytes];
        random.Fill(bytes);
        return new Guid(bytes).ToString();
    }
}
