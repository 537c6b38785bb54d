using Thaw.Protocol;
using Thaw.Store;
using Thaw.Worker.Agents;
using Thaw.Worker.Bases;
using Thaw.Worker.Checks;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Microvms;
using Thaw.Worker.Paging;

namespace Thaw.Worker.Snapshots;

/// <summary>
/// Makes snapshots of initialised functions: clones the base's snapshot, has init run, and stores what that changed.
/// </summary>
internal sealed class SnapshotBuilder(
    MicrovmLauncher launcher, CloneLoader loader, BaseSnapshots bases, SnapshotTaker taker, SnapshotVault vault,
    SnapshotStore store, PagerHost pager, FailureLog failures, TimeProvider time)
{
    /// <summary>Makes the snapshots of a version, one after the other.</summary>
    /// <exception cref="WorkerException">There is no snapshot, and nothing of one.</exception>
    internal async Task<IReadOnlyList<PublishOutcome>> BuildAsync(
        FunctionSpec spec, GuestSize size, CancellationToken cancellationToken)
    {
        List<MadeSnapshot> made = [];
        try
        {
            foreach (SnapshotKey key in SnapshotKey.AllOf(spec))
            {
                made.Add(await MakeAsync(spec, key, size, cancellationToken).ConfigureAwait(false));
            }
            // Only now: a version has all of its snapshots, or none.
            made.ForEach(one => store.Commit(one.Begun, one.Manifest));
            return [.. made.Select(one => one.Outcome)];
        }
        catch
        {
            store.Remove(spec.Name, spec.Version);
            foreach (MadeSnapshot one in made)
            {
                await vault.TryRemoveAsync(one.Manifest.LayerId).ConfigureAwait(false);
            }
            throw;
        }
        finally
        {
            made.ForEach(one => store.Abandon(one.Begun));
        }
    }

    private async Task<MadeSnapshot> MakeAsync(
        FunctionSpec spec, SnapshotKey key, GuestSize size, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        SnapshotPaths begun = store.Begin();
        string? stored = null;
        try
        {
            (string codeImage, long codeSizeBytes) =
                await CodeImage.EnsureAsync(spec.CodePath, cancellationToken).ConfigureAwait(false);
            long codeDriveBytes = GuestSize.CodeDriveBytesOf(codeSizeBytes);
            await CodeImage.CopyAsync(codeImage, begun.Code, codeDriveBytes, cancellationToken).ConfigureAwait(false);
            // Of a runtime that waits for its function, all variants would have the layout and the hash seed.
            BaseSnapshot parent = key.Variant is null
                ? await bases.GetAsync(spec.Runtime, size, codeDriveBytes, cancellationToken).ConfigureAwait(false)
                : await bases.GetBootAsync(spec.Runtime, size, codeDriveBytes, cancellationToken)
                    .ConfigureAwait(false);
            (SnapshotManifest manifest, PublishOutcome outcome) = await FillAsync(
                spec, key, parent, codeSizeBytes, begun, began, cancellationToken).ConfigureAwait(false);
            await SecretsCheck.RequireNoneAsync(spec, begun, cancellationToken).ConfigureAwait(false);
            long filled = time.GetTimestamp();
            store.NoteLayer(begun, manifest.LayerId);
            stored = manifest.LayerId;
            LayerManifest layer = await vault.StoreAsync(
                OrderOf(manifest, begun, parent), cancellationToken).ConfigureAwait(false);
            SnapshotManifest kept = pager.IsUsed ? SnapshotStore.DropMemory(begun, manifest) : manifest;
            return new MadeSnapshot(begun, kept with { KeyId = SnapshotVault.KeyOf(layer) }, outcome with
            {
                Store = time.GetElapsedTime(filled),
                StoredBytes = layer.Totals.BytesStored,
                SizeBytes = kept.Files.Sum(file => file.SizeBytes),
            });
        }
        catch
        {
            if (stored is not null)
            {
                await vault.TryRemoveAsync(stored).ConfigureAwait(false);
            }
            store.Abandon(begun);
            throw;
        }
    }

    private static LayerOrder OrderOf(SnapshotManifest manifest, SnapshotPaths begun, BaseSnapshot parent) => new()
    {
        Id = SnapshotVault.Parse(manifest.LayerId),
        Kind = LayerKind.Function,
        Keyspace = Keyspace.Account(manifest.Account!),
        Manifest = manifest,
        Files = begun,
        ParentId = SnapshotVault.Parse(parent.Manifest.LayerId),
        ParentFiles = parent.Files,
    };

    private async Task<(SnapshotManifest Manifest, PublishOutcome Outcome)> FillAsync(
        FunctionSpec spec, SnapshotKey key, BaseSnapshot parent, long codeSizeBytes, SnapshotPaths begun, long began,
        CancellationToken cancellationToken)
    {
        BootedMicrovm microvm = await loader.StartForSnapshotAsync(
            spec.Key, parent, begun.Code, began, cancellationToken).ConfigureAwait(false);
        return await microvm.UseAsync(failures, spec.Key, async () =>
        {
            long cloned = time.GetTimestamp();
            await launcher.InitialiseAsync(microvm, spec, codeSizeBytes, new LogTail(), cancellationToken)
                .ConfigureAwait(false);
            TimeSpan init = time.GetElapsedTime(cloned);
            long initialised = time.GetTimestamp();
            Quiesced quiesced = await taker.TakeAsync(microvm, begun, cancellationToken).ConfigureAwait(false);
            SnapshotManifest manifest = SnapshotStore.Describe(begun, parent.Manifest with
            {
                FunctionName = spec.Name,
                Version = spec.Version,
                Variant = key.Variant,
                RevisionId = spec.RevisionId,
                CreatedAt = time.GetUtcNow(),
                Generation = parent.Manifest.Generation + 1,
                LayerId = vault.NewId().ToString(),
                KeyId = null,
                Account = spec.Account,
                Kind = "function",
            });
            return (manifest, new PublishOutcome
            {
                Boot = microvm.Boot,
                Init = init,
                Snapshot = time.GetElapsedTime(initialised),
                Quiesced = quiesced,
                SnapshotId = manifest.LayerId,
                SizeBytes = 0,
            });
        }).ConfigureAwait(false);
    }
}
