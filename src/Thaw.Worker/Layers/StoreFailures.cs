using Thaw.Store;

namespace Thaw.Worker.Layers;

/// <summary>What goes wrong in the store, in the worker's terms.</summary>
internal static class StoreFailures
{
    /// <summary>Whether an exception is one of the store's.</summary>
    internal static bool IsKnown(Exception failure) =>
        failure is LayerException or ChunkException or KeyException or ExportException or IOException;

    /// <summary>Says it as the worker's failure.</summary>
    /// <param name="failure">One for which <see cref="IsKnown"/> holds.</param>
    /// <param name="what">What could not be done: "The snapshot of hello:1 can't be used".</param>
    internal static WorkerException Translate(Exception failure, string what) => failure switch
    {
        KeyException { Fault: KeyFault.Revoked } =>
            new WorkerException(WorkerFault.KeyRevoked, $"{what}: {failure.Message}", failure),
        LayerException or ChunkException =>
            new WorkerException(WorkerFault.SnapshotInvalid, $"{what}: {failure.Message}", failure),
        ExportException => new WorkerException(WorkerFault.ExportRefused, $"{what}: {failure.Message}", failure),
        _ => new WorkerException(WorkerFault.StoreFailed, $"{what}: {failure.Message}", failure),
    };
}
