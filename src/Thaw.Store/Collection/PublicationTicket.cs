namespace Thaw.Store;

/// <summary>A publication under way: no sweep removes anything until it is disposed.</summary>
public sealed class PublicationTicket : IAsyncDisposable
{
    private readonly GatePass _pass;

    internal PublicationTicket(GatePass pass) => _pass = pass;

    /// <summary>Does the decisive write, surely before anybody could take this publication for dead.</summary>
    /// <exception cref="StoreException">It was taken for dead, or the write did not end in time.</exception>
    internal ValueTask RunHeldAsync(Func<CancellationToken, ValueTask> write, CancellationToken cancellationToken) =>
        _pass.RunHeldAsync(write, cancellationToken);

    /// <summary>Ends the publication.</summary>
    public ValueTask DisposeAsync() => _pass.DisposeAsync();
}
