using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Thaw.Protocol;
using Thaw.Store.S3;

namespace Thaw.Worker.Paging;

/// <summary>
/// The worker's pager: started when it is first needed, and again when it died. It brings the memory of clones whose
/// snapshots are not on this machine.
/// </summary>
internal sealed class PagerHost(WorkerOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly string _directory = Path.Combine(Path.GetFullPath(options.DataDirectory), "pager");

    /// <summary>Guards the fields below while a pager is started.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, string> _images = new();
    private Process? _process;
    private PagerClient? _client;

    /// <summary>Whether there is a pager's program.</summary>
    internal bool IsAvailable => options.PagerPath is { } path && File.Exists(path);

    /// <summary>Expects a clone of a layer.</summary>
    /// <exception cref="WorkerException">The pager refused or can't be had.</exception>
    internal Task<PagerStartStats> StartAsync(string layerId, string what, CancellationToken cancellationToken) =>
        RunAsync(what, async client =>
        {
            if (!_images.TryGetValue(layerId, out string? image))
            {
                image = (await client.OpenLayerAsync(layerId, null, null, cancellationToken).ConfigureAwait(false))
                    .Image;
                _images[layerId] = image;
            }
            return await client.StartAsync(image, prefetch: true, record: true, cancellationToken)
                .ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>Says that a clone gave its first answer; what it touched until then is learnt.</summary>
    /// <returns>How its memory came; null where the pager does not say.</returns>
    internal async Task<PagingFigures?> SettleAsync(string start, CancellationToken cancellationToken)
    {
        try
        {
            PagerStartStats stats = await RunAsync(
                start, client => client.SettleAsync(start, cancellationToken), cancellationToken).ConfigureAwait(false);
            return new PagingFigures
            {
                GuestBytes = stats.GuestBytes,
                BytesMoved = stats.BytesMoved,
                BytesFromOrigin = stats.BytesFromOrigin,
                Faults = stats.Faults,
                FaultsWaited = stats.FaultsWaited,
                Prefetched = stats.Prefetched,
                PrefetchWasted = stats.PrefetchWasted,
                HitRate = stats.HitRate,
            };
        }
        catch (WorkerException)
        {
            // The answer stands without its figures.
            return null;
        }
    }

    /// <summary>Gives up a layer's image; clones that are served from it go on.</summary>
    internal async Task CloseAsync(string layerId)
    {
        if (_images.TryRemove(layerId, out string? image) && _client is { } client)
        {
            try
            {
                await client.CloseImageAsync(image, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is PagerException or IOException or ObjectDisposedException)
            {
                // A pager that is gone has no images.
                return;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task<T> RunAsync<T>(
        string what, Func<PagerClient, Task<T>> action, CancellationToken cancellationToken)
    {
        PagerClient client = await EnsureAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await action(client).ConfigureAwait(false);
        }
        catch (PagerException failure)
        {
            throw new WorkerException(
                WorkerFault.SnapshotInvalid, $"The memory of {what} can't be served: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                // Another caller may have started the next one already.
                if (ReferenceEquals(client, _client))
                {
                    await EndAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                _turn.Release();
            }
            throw new WorkerException(
                WorkerFault.StoreFailed, $"The pager went away while it was asked for {what}.", failure)
            {
                IsTransient = true,
            };
        }
    }

    private async Task<PagerClient> EnsureAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_client is not null && _process is { HasExited: false })
            {
                return _client;
            }
            await EndAsync().ConfigureAwait(false);
            Directory.CreateDirectory(_directory);
            string control = Path.Combine(_directory, "control.sock");
            _process = Process.Start(StartInfo(control))
                ?? throw new WorkerException(WorkerFault.StoreFailed, "The pager did not start.");
            _process.OutputDataReceived += (_, _) => { };
            _process.BeginOutputReadLine();
            _client = await ConnectAsync(_process, control, cancellationToken).ConfigureAwait(false);
            return _client;
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

    /// <summary>Ends what there is of a pager, and with it the clones that it serves.</summary>
    private async Task EndAsync()
    {
        _client?.Dispose();
        _client = null;
        _images.Clear();
        if (_process is { } process)
        {
            _process = null;
            if (!process.HasExited)
            {
                process.Kill();
            }
            await process.WaitForExitAsync().ConfigureAwait(false);
            process.Dispose();
        }
    }
}
