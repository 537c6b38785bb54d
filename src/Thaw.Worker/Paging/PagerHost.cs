using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Thaw.Protocol;
using Thaw.Store.S3;

namespace Thaw.Worker.Paging;

/// <summary>
/// The worker's pager: started when it is first needed, and again when it died. It brings clones their memory.
/// </summary>
internal sealed class PagerHost(WorkerOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly string _directory = Path.Combine(Path.GetFullPath(options.DataDirectory), "pager");

    /// <summary>Guards the field below while a pager is started or ended.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile PagerSession? _session;

    private string ControlPath => Path.Combine(_directory, "control.sock");

    /// <summary>Whether clones' memory comes from it.</summary>
    internal bool IsUsed { get; } = options.HasImages;

    /// <summary>Has the pager started, so that the first clone need not wait for that.</summary>
    internal async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (IsUsed)
        {
            await EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Has all of a layer's memory brought into its image, so that its first clone need not wait for it. Failures are
    /// that clone's to report.
    /// </summary>
    internal async Task WarmAsync(string layerId, CancellationToken cancellationToken)
    {
        if (!IsUsed)
        {
            return;
        }
        try
        {
            PagerSession session = await EnsureAsync(cancellationToken).ConfigureAwait(false);
            await session.WarmAsync(layerId, ControlPath, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is PagerException or WorkerException or OperationCanceledException
            || IsLoss(failure))
        {
            return;
        }
    }

    /// <summary>Expects a clone of a layer.</summary>
    /// <exception cref="WorkerException">The pager refused or can't be had.</exception>
    internal async Task<PagedStart> StartAsync(string layerId, string what, CancellationToken cancellationToken)
    {
        PagerSession session = await EnsureAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await session.StartAsync(layerId, cancellationToken).ConfigureAwait(false);
        }
        catch (PagerException failure)
        {
            throw new WorkerException(
                WorkerFault.SnapshotInvalid, $"The memory of {what} can't be served: {failure.Message}", failure);
        }
        catch (Exception failure) when (IsLoss(failure))
        {
            await EndAsync(session).ConfigureAwait(false);
            throw new WorkerException(
                WorkerFault.StoreFailed, $"The pager went away while it was asked for {what}.", failure)
            {
                IsTransient = true,
            };
        }
    }

    /// <summary>Says that a clone gave its first answer; what it touched until then is learnt.</summary>
    /// <returns>How its memory came; null where the pager does not say.</returns>
    internal static async Task<PagingFigures?> SettleAsync(PagedStart start, CancellationToken cancellationToken)
    {
        try
        {
            PagerStartStats stats = await start.Session.SettleAsync(start.Name, cancellationToken)
                .ConfigureAwait(false);
            return new PagingFigures
            {
                GuestBytes = stats.GuestBytes,
                BytesMoved = stats.BytesMoved,
                BytesFromOrigin = stats.BytesFromOrigin,
                Faults = stats.Faults,
                FaultsWaited = stats.FaultsWaited,
                Prefetched = stats.Prefetched,
                PrefetchWasted = stats.PrefetchWasted,
                Populated = stats.Populated,
                HitRate = stats.HitRate,
            };
        }
        catch (Exception failure) when (failure is PagerException || IsLoss(failure))
        {
            // The answer stands without its figures.
            return null;
        }
    }

    /// <summary>Says of a clone that ended whether that was for its memory's sake.</summary>
    /// <param name="start">The clone; null for one that has its memory from a file.</param>
    /// <param name="what">What it is of.</param>
    /// <param name="failure">How it seemed to end.</param>
    /// <returns>The failure, or the one behind it.</returns>
    internal static async Task<WorkerException> ExplainAsync(PagedStart? start, string what, WorkerException failure)
    {
        if (start is null)
        {
            return failure;
        }
        if (!start.Session.IsAlive)
        {
            return new WorkerException(
                WorkerFault.MicrovmLost, $"The pager that served the memory of {what} ended.", failure)
            {
                IsTransient = true,
                Console = failure.Console,
            };
        }
        try
        {
            PagerStartStats stats = await start.Session.StatsAsync(start.Name, CancellationToken.None)
                .ConfigureAwait(false);
            return stats.Error is { } error
                ? new WorkerException(
                    WorkerFault.SnapshotInvalid, $"The memory of {what} can't be served: {error}", failure)
                {
                    Console = failure.Console,
                }
                : failure;
        }
        catch (Exception gone) when (gone is PagerException || IsLoss(gone))
        {
            return failure;
        }
    }

    /// <summary>Gives up a layer's image; clones that are served from it go on.</summary>
    internal Task CloseAsync(string layerId) => TryAsync(session => session.CloseAsync(layerId));

    /// <summary>Gives up images that nobody started from for long.</summary>
    internal Task CloseIdleAsync() => TryAsync(session => session.CloseIdleAsync());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(_session).ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task TryAsync(Func<PagerSession, Task> action)
    {
        if (_session is not { } session)
        {
            return;
        }
        try
        {
            await action(session).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is PagerException || IsLoss(failure))
        {
            // A pager that is gone has no images.
            return;
        }
    }

    private static bool IsLoss(Exception failure) =>
        failure is IOException or SocketException or ObjectDisposedException;

    private async Task<PagerSession> EnsureAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_session is { IsAlive: true } running)
            {
                return running;
            }
            if (_session is { } dead)
            {
                _session = null;
                await dead.EndAsync().ConfigureAwait(false);
            }
            Directory.CreateDirectory(_directory);
            string control = ControlPath;
            Process process = Process.Start(StartInfo(control))
                ?? throw new WorkerException(WorkerFault.StoreFailed, "The pager did not start.");
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            try
            {
                PagerClient starts = await ConnectAsync(process, control, cancellationToken).ConfigureAwait(false);
                PagerClient others = await ConnectAsync(process, control, cancellationToken).ConfigureAwait(false);
                PagerSession session = new(process, starts, others, options.Prefetch, time);
                _session = session;
                return session;
            }
            catch
            {
                process.Kill();
                process.Dispose();
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private ProcessStartInfo StartInfo(string control)
    {
        StoreSetup store = options.Store;
        ProcessStartInfo start = new(options.PagerPath!)
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--control-sock", control, "--run-dir", _directory, "--store", store.Location,
                "--keys", store.KeyFile, "--parent-death-signal", "KILL",
            },
        };
        if (store.S3Endpoint is { } endpoint)
        {
            start.ArgumentList.Add("--s3-endpoint");
            start.ArgumentList.Add(endpoint.ToString());
        }
        if (store.IsRemote)
        {
            start.ArgumentList.Add("--cache");
            start.ArgumentList.Add(store.CacheDirectory);
            start.ArgumentList.Add("--cache-bytes");
            start.ArgumentList.Add(store.CacheBytesMax.ToString(CultureInfo.InvariantCulture));
        }
        return start;
    }

    private async Task<PagerClient> ConnectAsync(
        Process process, string control, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await PagerClient.ConnectAsync(control, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException failure)
            {
                if (process.HasExited || time.GetElapsedTime(began) > options.MonitorTimeout)
                {
                    throw new WorkerException(
                        WorkerFault.StoreFailed, "The pager does not answer; its messages are in the service's log.",
                        failure);
                }
            }
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a pager, unless another caller has started the next one already.</summary>
    private async Task EndAsync(PagerSession? session)
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (session is not null && ReferenceEquals(session, _session))
            {
                _session = null;
                await session.EndAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
