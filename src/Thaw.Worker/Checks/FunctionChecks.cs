using Thaw.Worker.Layers;

namespace Thaw.Worker.Checks;

/// <summary>The worker's checks, one at a time: each keeps memory of several microVMs on the disk.</summary>
internal sealed class FunctionChecks(UniquenessCheck uniqueness, SecretsCheck secrets) : IFunctionChecks, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <inheritdoc/>
    public Task<UniquenessReport> CheckUniqueAsync(UniquenessOrder order, CancellationToken cancellationToken) =>
        OneAtATimeAsync(order.Spec.Key, () => uniqueness.RunAsync(order, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<SecretsReport> CheckSecretsAsync(SecretsOrder order, CancellationToken cancellationToken) =>
        OneAtATimeAsync(order.Spec.Key, () => secrets.RunAsync(order, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<T> OneAtATimeAsync<T>(
        FunctionKey key, Func<Task<T>> check, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (Exception failure) when (StoreFailures.IsKnown(failure))
        {
            throw StoreFailures.Translate(failure, $"{key} can't be checked");
        }
        finally
        {
            _gate.Release();
        }
    }
}
