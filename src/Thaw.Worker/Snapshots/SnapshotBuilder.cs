using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Images;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors;
using Thaw.Worker.Monitors.Wire;

namespace Thaw.Worker.Snapshots;

/// <summary>Makes snapshots of initialised functions.</summary>
internal sealed class SnapshotBuilder(
    WorkerOptions options, MicrovmLauncher launcher, ImageCatalog images, SnapshotStore store, FailureLog failures,
    TimeProvider time)
{
    /// <summary>Boots the function, runs its init code, brings it to rest and writes it down.</summary>
    /// <exception cref="WorkerException">There is no snapshot, and nothing of one.</exception>
    internal async Task<PublishOutcome> BuildAsync(
        FunctionSpec spec, GuestSize size, CancellationToken cancellationToken)
    {
        SnapshotPaths begun = store.Begin();
        try
        {
            (string codeImage, long codeSizeBytes) =
                await CodeImage.EnsureAsync(spec.CodePath, cancellationToken).ConfigureAwait(false);
            await CodeImage.CopyAsync(codeImage, begun.Code, new FileInfo(codeImage).Length, cancellationToken)
                .ConfigureAwait(false);
            ImageSet set = images.Get();
            SnapshotManifest manifest = new()
            {
                FormatVersion = SnapshotManifest.CurrentFormatVersion,
                FunctionName = spec.Name,
                Version = spec.Version,
                RevisionId = spec.RevisionId,
                CreatedAt = time.GetUtcNow(),
                GuestMemoryMib = size.MemoryMib,
                VcpuCount = size.VcpuCount,
                Generation = 0,
                KernelVersion = set.KernelVersion,
                RootImage = images.RuntimeImageOf(spec.Runtime),
                Files = [],
            };
            BootedMicrovm microvm = await launcher.BootAsync(spec, begun.Code, size, cancellationToken)
                .ConfigureAwait(false);
            PublishOutcome outcome;
            await using (microvm.Monitor.ConfigureAwait(false))
            {
                outcome = await FillAsync(microvm, spec, codeSizeBytes, begun, cancellationToken).ConfigureAwait(false);
            }
            SnapshotManifest committed = store.Commit(begun, manifest);
            return outcome with { SizeBytes = committed.Files.Sum(file => file.SizeBytes) };
        }
        finally
        {
            store.Abandon(begun);
        }
    }

    private async Task<PublishOutcome> FillAsync(
        BootedMicrovm microvm, FunctionSpec spec, long codeSizeBytes, SnapshotPaths begun,
        CancellationToken cancellationToken)
    {
        try
        {
            long booted = time.GetTimestamp();
            await using (microvm.Agent.ConfigureAwait(false))
            {
                await launcher.InitialiseAsync(microvm, spec, codeSizeBytes, new LogTail(), cancellationToken)
                    .ConfigureAwait(false);
                TimeSpan init = time.GetElapsedTime(booted);
                long initialised = time.GetTimestamp();
                await QuiesceAsync(microvm, cancellationToken).ConfigureAwait(false);
                await microvm.Agent.DisposeAsync().ConfigureAwait(false);
                await WriteAsync(microvm.Monitor, begun, cancellationToken).ConfigureAwait(false);
                return new PublishOutcome
                {
                    Boot = microvm.Boot,
                    Init = init,
                    Snapshot = time.GetElapsedTime(initialised),
                    SizeBytes = 0,
                };
            }
        }
        catch (WorkerException failure)
        {
            throw await failures.ReportAsync(microvm.Monitor, spec.Key, failure).ConfigureAwait(false);
        }
    }

    private async Task QuiesceAsync(BootedMicrovm microvm, CancellationToken cancellationToken)
    {
        Quiesce quiesce = new() { TimeoutMs = (int)options.QuiesceTimeout.TotalMilliseconds };
        try
        {
            if (await microvm.Agent.AskAsync<Quiesced>(
                quiesce, default, null, options.QuiesceTimeout + options.AgentGrace, cancellationToken)
                .ConfigureAwait(false) is null)
            {
                throw new WorkerException(
                    WorkerFault.QuiesceFailed,
                    $"The function did not come to rest within {options.QuiesceTimeout.TotalSeconds:F0} s.");
            }
        }
        catch (WorkerException failure) when (failure.FunctionError is { } error)
        {
            throw new WorkerException(
                WorkerFault.QuiesceFailed, $"The function could not be brought to rest: {error.ErrorMessage}", failure);
        }
    }

    private async Task WriteAsync(IMonitor monitor, SnapshotPaths begun, CancellationToken cancellationToken)
    {
        await monitor.Client.PatchAsync(
            "/vm", new VmState { State = VmState.Paused }, MonitorJsonContext.Default.VmState, cancellationToken)
            .ConfigureAwait(false);
        await monitor.Client.PutAsync(
            "/snapshot/create",
            new SnapshotCreate { SnapshotPath = begun.State, MemFilePath = begun.Memory },
            MonitorJsonContext.Default.SnapshotCreate, options.SnapshotTimeout, cancellationToken)
            .ConfigureAwait(false);
    }
}
