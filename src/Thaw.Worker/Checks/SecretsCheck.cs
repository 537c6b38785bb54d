using System.IO.Compression;
using Thaw.Worker.Layers;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Checks;

/// <summary>Looks for secrets in all of a version's snapshots: memory, device state, code drive.</summary>
internal sealed class SecretsCheck(SnapshotReading snapshots)
{
    private const long PackageBytesMax = 512L << 20;

    /// <summary>Reads all of the version's snapshots.</summary>
    /// <exception cref="WorkerException">There is none, or it can't be read.</exception>
    internal async Task<SecretsReport> RunAsync(SecretsOrder order, CancellationToken cancellationToken)
    {
        SecretSearch search = new(SecretPatterns.Of(order.Secrets));
        foreach (SnapshotKey key in SnapshotKey.AllOf(order.Spec))
        {
            using SnapshotContent content = await snapshots.OpenAsync(order.Spec, key, cancellationToken)
                .ConfigureAwait(false);
            await ReadAsync(search, content, key.Variant is null ? "" : $" of {key}", cancellationToken)
                .ConfigureAwait(false);
        }
        await ReadPackageAsync(search, order.Spec.CodePath, cancellationToken).ConfigureAwait(false);
        return new SecretsReport { Files = search.Files, ReadBytes = search.ReadBytes, Found = search.Found };
    }

    /// <summary>Refuses what is to become a snapshot, where it holds what its version must not hold.</summary>
    /// <exception cref="WorkerException">It does.</exception>
    internal static async Task RequireNoneAsync(
        FunctionSpec spec, SnapshotPaths files, CancellationToken cancellationToken)
    {
        if (spec.ForbiddenSecrets.Count == 0)
        {
            return;
        }
        using SnapshotContent content = SnapshotContent.Of(files);
        SecretSearch search = new(SecretPatterns.Of(spec.ForbiddenSecrets));
        await ReadAsync(search, content, "", cancellationToken).ConfigureAwait(false);
        await ReadPackageAsync(search, spec.CodePath, cancellationToken).ConfigureAwait(false);
        if (search.Found.Count > 0)
        {
            string places = string.Join(
                ", ", search.Found.Select(found => $"{found.Name} ({found.Form}) in {found.File}").Distinct());
            throw new WorkerException(
                WorkerFault.SecretFound,
                $"The snapshot would hold secrets that it must not hold, and was thrown away: {places}.");
        }
    }

    private static async Task ReadAsync(
        SecretSearch search, SnapshotContent content, string of, CancellationToken cancellationToken)
    {
        foreach (SnapshotPart part in (SnapshotPart[])[content.Memory, content.State, content.Code])
        {
            await search.ReadAsync(part, part.Name + of, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is compressed shows no secret: the package is looked into.</summary>
    private static async Task ReadPackageAsync(
        SecretSearch search, string codePath, CancellationToken cancellationToken)
    {
        using ZipArchive package = await ZipFile.OpenReadAsync(codePath, cancellationToken).ConfigureAwait(false);
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
    }
}
