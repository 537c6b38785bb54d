namespace Thaw.Store;

/// <summary>The end of a publication: chunks are durable, then manifests, then the root.</summary>
internal static class LayerCommit
{
    internal readonly record struct Item(LayerId Id, byte[] SealedManifest);

    /// <param name="store">Where to.</param>
    /// <param name="ticket">The publication.</param>
    /// <param name="items">Manifests, ancestors before their children.</param>
    /// <param name="root">The layer that gets a root.</param>
    /// <param name="cancellationToken">Ends the wait; the root is there or not.</param>
    internal static async ValueTask RunAsync(
        IPrunableChunkStore store,
        PublicationTicket ticket,
        IReadOnlyList<Item> items,
        LayerId root,
        CancellationToken cancellationToken)
    {
        await store.FlushAsync(cancellationToken).ConfigureAwait(false);
        foreach (Item item in items)
        {
            await store.PutAsync(
                StoreName.For(StoreArea.Layer, item.Id),
                item.SealedManifest,
                PutMode.IfAbsent,
                cancellationToken).ConfigureAwait(false);
        }
        await store.FlushAsync(cancellationToken).ConfigureAwait(false);
        LayerCatalog catalog = new(store);
        await ticket.RunHeldAsync(token => catalog.AddRootAsync(root, token), cancellationToken).ConfigureAwait(false);
    }
}
