using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Thaw.ControlPlane.Storage;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>Makes the snapshots of new versions, one after the other.</summary>
internal sealed partial class Publisher : IAsyncDisposable
{
    /// <summary>Why a version failed that a service did not finish.</summary>
    internal const string StoppedReason = "The service stopped while the version was being published";

    private readonly FunctionStore _store;
    private readonly IFunctionHost _host;
    private readonly ILogger<Publisher> _logger;
    private readonly Channel<Publication> _queue =
        Channel.CreateBounded<Publication>(ServiceLimits.QueuedPublicationsMax);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    /// <summary>Guards <see cref="_publications"/>.</summary>
    private readonly Lock _gate = new();
    private readonly List<Publication> _publications = [];

    internal Publisher(FunctionStore store, IFunctionHost host, ILogger<Publisher> logger)
    {
        _store = store;
        _host = host;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Refuses where too many publications wait already.</summary>
    internal void CheckRoom()
    {
        lock (_gate)
        {
            if (_publications.Count >= ServiceLimits.QueuedPublicationsMax)
            {
                throw LambdaError.Throttled("Too many versions are being published.");
            }
        }
    }

    /// <summary>Has the version's snapshot made. Its state tells when it is done.</summary>
    internal void Enqueue(FunctionVersion version, FunctionSpec spec)
    {
        Publication publication = new(
            version, spec, CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token),
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _publications.Add(publication);
        }
        if (!_queue.Writer.TryWrite(publication))
        {
            Forget(publication);
            _store.SetState(
                version.Function, version.Number, FunctionState.Failed,
                "Too many versions were being published.", "InternalError");
        }
    }

    /// <summary>Gives up what is being published of a function, and waits until that is so.</summary>
    internal async Task CancelAsync(string function, long? number)
    {
        Publication[] affected;
        lock (_gate)
        {
            affected = [.. _publications.Where(publication => publication.Version.Function == function
                && (number is null || publication.Version.Number == number))];
        }
        foreach (Publication publication in affected)
        {
            await publication.Cancellation.CancelAsync().ConfigureAwait(false);
        }
        await Task.WhenAll(affected.Select(publication => publication.Done.Task)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (Publication publication in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await PublishAsync(publication).ConfigureAwait(false);
            }
            finally
            {
                Forget(publication);
            }
        }
    }

    private async Task PublishAsync(Publication publication)
    {
        FunctionVersion version = publication.Version;
        string name = $"{version.Function}:{version.Name}";
        try
        {
            publication.Cancellation.Token.ThrowIfCancellationRequested();
            IReadOnlyList<PublishOutcome> outcomes = await _host.PublishAsync(
                publication.Spec, publication.Cancellation.Token).ConfigureAwait(false);
            string[] snapshots = [.. outcomes.Select(outcome => outcome.SnapshotId)];
            if (!_store.SetActive(version.Function, version.Number, snapshots))
            {
                foreach (string snapshot in snapshots)
                {
                    await _host.RemoveSnapshotAsync(snapshot).ConfigureAwait(false);
                }
            }
            foreach (PublishOutcome outcome in outcomes)
            {
                LogPublished(
                    name, outcome.Boot.TotalMilliseconds, outcome.Init.TotalMilliseconds,
                    outcome.Snapshot.TotalMilliseconds, outcome.Store.TotalMilliseconds, outcome.SizeBytes,
                    outcome.StoredBytes, outcome.Quiesced?.WipedPages ?? 0, outcome.Quiesced?.WipeMs ?? 0);
            }
        }
        catch (OperationCanceledException)
        {
            Fail(
                version, _stopping.IsCancellationRequested ? StoppedReason : "Publishing was given up.",
                "InternalError");
        }
        catch (WorkerException failure) when (failure.Fault == WorkerFault.Stopping)
        {
            Fail(version, StoppedReason, "InternalError");
        }
        catch (WorkerException failure)
        {
            LogFailed(name, failure.Message);
            Fail(version, failure.Message, CodeOf(failure));
        }
        catch (Exception failure)
        {
            // The top frame of a publication: whatever it was, the version must not stay Pending.
            LogBroken(name, failure);
            Fail(version, $"An internal error: {failure.Message}", "InternalError");
        }
    }

    private void Fail(FunctionVersion version, string reason, string code) =>
        _store.SetState(version.Function, version.Number, FunctionState.Failed, reason, code);

    private void Forget(Publication publication)
    {
        lock (_gate)
        {
            _publications.Remove(publication);
        }
        publication.Cancellation.Dispose();
        publication.Done.TrySetResult();
    }

    private static string CodeOf(WorkerException failure) => failure.Fault switch
    {
        WorkerFault.InitTimedOut => "FunctionError.InitTimeout",
        WorkerFault.InitFailed => "FunctionError.RuntimeInitError",
        WorkerFault.SecretFound => "FunctionError.SecretFound",
        _ => "InternalError",
    };

    [LoggerMessage(LogLevel.Information,
        "Published {Name}: boot {BootMs:F0} ms, init {InitMs:F0} ms, snapshot {SnapshotMs:F0} ms, "
        + "store {StoreMs:F0} ms, {Bytes} bytes of which {StoredBytes} were stored; {WipedPages} pages were wiped in "
        + "{WipeMs:F2} ms")]
    private partial void LogPublished(
        string name, double bootMs, double initMs, double snapshotMs, double storeMs, long bytes, long storedBytes,
        long wipedPages, double wipeMs);

    [LoggerMessage(LogLevel.Warning, "Publishing {Name} failed: {Reason}")]
    private partial void LogFailed(string name, string reason);

    [LoggerMessage(LogLevel.Error, "Publishing {Name} broke")]
    private partial void LogBroken(string name, Exception failure);

    private sealed record Publication(
        FunctionVersion Version, FunctionSpec Spec, CancellationTokenSource Cancellation, TaskCompletionSource Done);
}
