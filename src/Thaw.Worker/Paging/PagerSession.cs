using System.Diagnostics;
using Thaw.Protocol;

namespace Thaw.Worker.Paging;

/// <summary>One pager's life: its process, the connection to it, and what it holds open.</summary>
internal sealed class PagerSession(Process process, PagerClient client, TimeProvider time)
{
    private readonly OpenImages _images = new(time);

    /// <summary>The connection.</summary>
    internal PagerClient Client => client;

    /// <summary>Whether its process runs.</summary>
    internal bool IsAlive => !process.HasExited;

    /// <summary>Expects a clone of a layer.</summary>
    internal Task<PagerStartStats> StartAsync(string layerId, CancellationToken cancellationToken) => _images.UseAsync(
        layerId,
        // One opens it for all, and none of them may take it from the others by giving up.
        async () => (await client.OpenLayerAsync(layerId, null, null, CancellationToken.None).ConfigureAwait(false))
            .Image,
        image => client.StartAsync(image, prefetch: true, record: true, cancellationToken));

    /// <summary>Gives up a layer's image; clones that are served from it go on.</summary>
    internal async Task CloseAsync(string layerId)
    {
        if (_images.Take(layerId) is { } image)
        {
            await client.CloseImageAsync(await image.ConfigureAwait(false), CancellationToken.None)
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
        client.Dispose();
        if (!process.HasExited)
        {
            process.Kill();
        }
        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
    }
}
