using System.IO.Compression;
using Thaw.Worker.Layers;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Checks;

/// <summary>Looks for secrets in all of a version's snapshot: memory, device state, code drive.</summary>
internal sealed class SecretsCheck(SnapshotReading snapshots)
{
    private const long PackageBytesMax = 512L << 20;

    /// <summary>Reads the whole snapshot.</summary>
    /// <exception cref="WorkerException">There is none, or it can't be read.</exception>
    internal async Task<SecretsReport> RunAsync(SecretsOrder order, CancellationToken cancellationToken)
    {
        using SnapshotContent content = await snapshots.OpenAsync(order.Spec, cancellationToken).ConfigureAwait(false);
        SecretSearch search = new(SecretPatterns.Of(order.Secrets));
        foreach (SnapshotPart part in (SnapshotPart[])[content.Memory, content.State, content.Code])
        {
            await search.ReadAsync(part, cancellationToken).ConfigureAwait(false);
        }
        // What is compressed shows no secret: the package is looked into.
        using ZipArchive package = await ZipFile.OpenReadAsync(order.Spec.CodePath, cancellationToken)
            .ConfigureAwait(false);
        foreach (ZipArchiveEntry entry in package.Entries)
        {
            if (entry.Length > PackageBytesMax)
            {
                throw new WorkerException(
                    WorkerFault.TooLarge, $"{entry.FullName} unpacks to more than {PackageBytesMax} bytes.");
            }
            using Stream file = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await search.ReadAsync(file, $"{SnapshotPaths.CodeName}: {entry.FullName}", cancellationToken)
                .ConfigureAwait(false);
        }
        return new SecretsReport { Files = search.Files, ReadBytes = search.ReadBytes, Found = search.Found };
    }
}
