using System.Diagnostics;
using Thaw.Protocol;

namespace Thaw.Worker.Paging;

/// <summary>One pager's life: its process, the connections to it, and what it holds open.</summary>
/// <param name="process">The pager.</param>
/// <param name="starts">The connection for starts, which never wait for a store.</param>
/// <param name="others">The connection for all else.</param>
/// <param name="prefetch">Whether clones get what earlier ones touched before they ask for it.</param>
/// <param name="time">Tells how long an image was not used.</param>
internal sealed class PagerSession(
    Process process, PagerClient starts, PagerClient others, bool prefetch, TimeProvider time)
{
    private readonly OpenImages _images = new(time);
    private volatile bool _isEnded;

    /// <summary>Whether its process runs.</summary>
    internal bool IsAlive => !_isEnded && !process.HasExited;

    /// <summary>Expects a clone of a layer.</summary>
    internal async Task<PagedStart> StartAsync(string layerId, CancellationToken cancellationToken)
    {
        PagerStartStats start = await _images.UseAsync(
            layerId,
            () => OpenAsync(layerId),
            image => starts.StartAsync(image, prefetch, record: true, cancellationToken)).ConfigureAwait(false);
        return new PagedStart(this, start.Start, start.Socket ?? throw new PagerException("A start has no socket."));
    }

    /// <summary>Brings all of a layer's memory into its image.</summary>
    /// <param name="layerId">The layer.</param>
    /// <param name="control">The pager's control socket, for a connection of its own: this takes its time.</param>
    /// <param name="cancellationToken">Ends it before it began.</param>
    internal async Task WarmAsync(string layerId, string control, CancellationToken cancellationToken)
    {
        using PagerClient client = await PagerClient.ConnectAsync(control, cancellationToken).ConfigureAwait(false);
        await _images.UseAsync(
            layerId,
            () => OpenAsync(layerId),
            image => client.WarmAsync(image, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>One opens it for all, and none of them may take it from the others by giving up.</summary>
    private async Task<string> OpenAsync(string layerId) =>
        (await others.OpenLayerAsync(layerId, null, null, CancellationToken.None).ConfigureAwait(false)).Image;

    /// <summary>Says that a clone did what it was started for.</summary>
    internal Task<PagerStartStats> SettleAsync(string start, CancellationToken cancellationToken) =>
        others.SettleAsync(start, cancellationToken);

    /// <summary>What a start's clone did so far.</summary>
    internal Task<PagerStartStats> StatsAsync(string start, CancellationToken cancellationToken) =>
        starts.StatsAsync(start, cancellationToken);

    /// <summary>Gives up a layer's image; clones that are served from it go on.</summary>
    internal async Task CloseAsync(string layerId)
    {
        if (_images.Take(layerId) is { } image)
        {
            await others.CloseImageAsync(await image.ConfigureAwait(false), CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Gives up what nobody started from for long, or what is too much.</summary>
    internal async Task CloseIdleAsync()
    {
        foreach (string layerId in _images.FindIdle(WorkerLimits.ImageIdleMax, WorkerLimits.OpenImagesMax))
        {
            await CloseAsync(layerId).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the pager, and with it the clones that it serves.</summary>
    internal async Task EndAsync()
    {
        _isEnded = true;
        starts.Dispose();
        others.Dispose();
        if (!process.HasExited)
        {
            process.Kill();
        }
        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
    }
}
