using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Images;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors;
using Thaw.Worker.Monitors.Wire;
using Thaw.Worker.Scheduling;

namespace Thaw.Worker.Snapshots;

/// <summary>Starts clones of snapshots. One that can't be made unique and ready never serves: it is killed.</summary>
internal sealed class CloneStarter(
    WorkerOptions options, ImageCatalog images, MonitorPool monitors, SnapshotStore store, VerifiedSnapshots verified,
    FailureLog failures, IRandomSource random, TimeProvider time)
{
    private const int CloneIdSizeBytes = 16;
    private const int EntropySizeBytes = 64;
    private const long NanosecondsPerTick = 100;

    /// <summary>Starts a clone, on a second microVM where the first fails.</summary>
    /// <returns>The clone, and how often the start was tried again.</returns>
    /// <exception cref="WorkerException">No clone came up.</exception>
    internal async Task<(Microvm Clone, int Retries)> StartAsync(
        FunctionSpec spec, Lease lease, LogTail log, CancellationToken cancellationToken)
    {
        for (int retries = 0; ; retries++)
        {
            try
            {
                Microvm clone = await verified.UseAsync(
                    spec.Key,
                    (manifest, verify) => StartOnceAsync(spec, manifest, verify, lease, log, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
                return (clone, retries);
            }
            catch (WorkerException failure) when (failure.IsTransient && retries < WorkerLimits.StartRetriesMax)
            {
                // Already in the failure log; the count goes into the invocation's record.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<Microvm> StartOnceAsync(
        FunctionSpec spec, SnapshotManifest manifest, bool verify, Lease lease, LogTail log,
        CancellationToken cancellationToken)
    {
        string rootImage = FindRootImage(spec.Key, manifest);
        IMonitor monitor = await monitors.TakeAsync(cancellationToken).ConfigureAwait(false);
        AgentConnection? agent = null;
        try
        {
            await LoadAsync(monitor, spec.Key, rootImage, verify, cancellationToken).ConfigureAwait(false);
            agent = await AgentConnection.ConnectAsync(
                monitor.Paths.Vsock, options.RestoreTimeout, time, cancellationToken).ConfigureAwait(false);
            string cloneId = NewCloneId();
            await RestoreAsync(agent, manifest, cloneId, monitor.Id, log, cancellationToken).ConfigureAwait(false);
            return new Microvm(spec.Key, monitor, agent, lease) { CloneId = cloneId };
        }
        catch (Exception failure)
        {
            WorkerException? report = failure is WorkerException known
                ? await failures.ReportAsync(monitor, spec.Key, known).ConfigureAwait(false)
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

    /// <summary>A guest reads its root file system from the very image that it was started on, or not at all.</summary>
    private string FindRootImage(FunctionKey key, SnapshotManifest manifest) =>
        images.Find(manifest.RootImage) ?? throw new WorkerException(
            WorkerFault.SnapshotInvalid,
            $"The snapshot of {key} can't be used: it was made on the image {manifest.RootImage.Path} of "
            + $"{manifest.RootImage.ModifiedAt:u}, which is no longer there; publish the function again.");

    private async Task LoadAsync(
        IMonitor monitor, FunctionKey key, string rootImage, bool verify, CancellationToken cancellationToken)
    {
        SnapshotPaths paths = store.PathsOf(key.Name, key.Version);
        SnapshotLoad load = new()
        {
            SnapshotPath = paths.State,
            MemBackend = new MemoryBackend { BackendPath = paths.Memory },
            ResumeVm = true,
            VerifyMemory = verify,
            VsockOverride = new VsockOverride { UdsPath = monitor.Paths.Vsock },
            DriveOverrides = [new PathOverride { Id = MicrovmLauncher.CodeDriveId, PathOnHost = paths.Code }],
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
                WorkerFault.SnapshotInvalid, $"The snapshot of {key} can't be used: {failure.Message}", failure);
        }
    }

    private async Task RestoreAsync(
        AgentConnection agent, SnapshotManifest manifest, string cloneId, string microvmId, LogTail log,
        CancellationToken cancellationToken)
    {
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
    }

    private string NewCloneId()
    {
        Span<byte> bytes = stackalloc byte[CloneIdSizeBytes];
        random.Fill(bytes);
        return new Guid(bytes).ToString();
    }
}
