using System.IO.Compression;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Checks;

/// <summary>Looks for secrets in the files of a version's snapshot: memory, device state, code drive.</summary>
internal sealed class SecretsCheck(SnapshotStore store)
{
    private const long PackageBytesMax = 512L << 20;

    /// <summary>Reads the whole snapshot.</summary>
    /// <exception cref="WorkerException">There is none, or it can't be read.</exception>
    internal async Task<SecretsReport> RunAsync(SecretsOrder order, CancellationToken cancellationToken)
    {
        _ = store.Open(order.Spec.Key);
        SnapshotPaths paths = store.PathsOf(order.Spec.Name, order.Spec.Version);
        SecretSearch search = new(SecretPatterns.Of(order.Secrets));
        foreach (string path in (string[])[paths.Memory, paths.State, paths.Code])
        {
            using FileStream file = File.OpenRead(path);
            await search.ReadAsync(file, Path.GetFileName(path), cancellationToken).ConfigureAwait(false);
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
            using Stream content = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await search.ReadAsync(content, $"{SnapshotPaths.CodeName}: {entry.FullName}", cancellationToken)
                .ConfigureAwait(false);
        }
        return new SecretsReport { Files = search.Files, ReadBytes = search.ReadBytes, Found = search.Found };
    }
}
