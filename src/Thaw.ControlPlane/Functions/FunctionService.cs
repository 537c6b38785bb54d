using System.Text;
using Thaw.ControlPlane.Storage;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>Creates, changes, finds and deletes functions.</summary>
internal sealed class FunctionService(
    FunctionStore store, CodeStore code, IFunctionHost host, Publisher publisher, DroppedSnapshots dropped,
    TimeProvider time) : IDisposable
{
    /// <summary>
    /// Lets one change at a time through, so that a sweep never sees code whose row is still to come.
    /// </summary>
    private readonly SemaphoreSlim _change = new(1, 1);

    internal async Task<FunctionConfiguration> CreateAsync(
        CreateFunctionRequest request, string account, CancellationToken cancellationToken)
    {
        FunctionReference reference = FunctionReference.Parse(request.FunctionName, null);
        if (reference.Qualifier is not null)
        {
            throw LambdaError.Invalid("A new function's name can't have a qualifier.");
        }
        FunctionRules.RefuseUnsupported(request.PackageType, request.Architectures, request.Layers);
        byte[] zip = FunctionRules.Code(request.Code?.ZipFile, request.Code?.S3Bucket, request.Code?.ImageUri);
        FunctionVersion latest = new()
        {
            Function = reference.Name,
            Number = FunctionVersion.LatestNumber,
            Account = account,
            Runtime = FunctionRules.Runtime(request.Runtime, host.Runtimes),
            Handler = FunctionRules.Handler(request.Handler),
            Role = request.Role ?? "",
            Description = FunctionRules.Description(request.Description),
            MemorySizeMb = FunctionRules.MemorySize(request.MemorySize),
            TimeoutSeconds = FunctionRules.Timeout(request.Timeout),
            Environment = FunctionRules.Environment(request.Environment),
            SnapStart = FunctionRules.SnapStart(request.SnapStart),
            CodeSha256 = "",
            CodeSizeBytes = zip.Length,
            RevisionId = Guid.NewGuid().ToString(),
            LastModified = time.GetUtcNow(),
        };
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (store.Find(latest.Function, FunctionVersion.LatestNumber) is not null)
            {
                throw AlreadyExists(latest.Function);
            }
            CheckStorage(zip.Length);
            latest = latest with
            {
                CodeSha256 = await code.WriteAsync(latest.Function, zip, cancellationToken).ConfigureAwait(false),
            };
            if (!store.TryCreate(latest))
            {
                throw AlreadyExists(latest.Function);
            }
        }
        finally
        {
            _change.Release();
        }
        return request.Publish == true
            ? Publish(latest.Function, new PublishVersionRequest())
            : FunctionView.ToConfiguration(latest);
    }

    internal FunctionVersion Get(FunctionReference reference) =>
        store.Find(reference.Name, reference.VersionNumber) ?? throw LambdaError.FunctionNotFound(reference.Arn);

    internal FunctionSpec SpecOf(FunctionVersion version) => FunctionView.ToSpec(version, code);

    internal ListFunctionsResponse List(string? marker, int countMax)
    {
        string after = marker is null ? "" : DecodeMarker(marker);
        IReadOnlyList<FunctionVersion> found = store.ListLatest(after, countMax + 1);
        return new ListFunctionsResponse
        {
            Functions = [.. found.Take(countMax).Select(FunctionView.ToConfiguration)],
            NextMarker = found.Count > countMax ? EncodeMarker(found[countMax - 1].Function) : null,
        };
    }

    internal ListVersionsResponse ListVersions(string function, string? marker, int countMax)
    {
        long from = FunctionVersion.LatestNumber;
        if (marker is not null && !long.TryParse(DecodeMarker(marker), out from))
        {
            throw BadMarker();
        }
        IReadOnlyList<FunctionVersion> found = store.ListVersions(function, from, countMax + 1);
        if (found.Count == 0)
        {
            throw LambdaError.FunctionNotFound(FunctionReference.ArnOf(function, null));
        }
        return new ListVersionsResponse
        {
            Versions = [.. found.Take(countMax).Select(FunctionView.ToConfiguration)],
            NextMarker = found.Count > countMax ? EncodeMarker(found[countMax].Number.ToString()) : null,
        };
    }

    internal async Task<FunctionConfiguration> UpdateCodeAsync(
        string function, UpdateFunctionCodeRequest request, CancellationToken cancellationToken)
    {
        FunctionRules.RefuseUnsupported(null, request.Architectures, null);
        byte[] zip = FunctionRules.Code(request.ZipFile, request.S3Bucket, request.ImageUri);
        FunctionVersion changed = await ChangeAsync(
            function, request.RevisionId, request.DryRun == true, async latest =>
        {
            CheckStorage(zip.Length);
            string sha256 = request.DryRun == true
                ? latest.CodeSha256
                : await code.WriteAsync(function, zip, cancellationToken).ConfigureAwait(false);
            return latest with { CodeSha256 = sha256, CodeSizeBytes = zip.Length };
        }, cancellationToken).ConfigureAwait(false);
        return request.Publish == true && request.DryRun != true
            ? Publish(function, new PublishVersionRequest())
            : FunctionView.ToConfiguration(changed);
    }

    internal async Task<FunctionConfiguration> UpdateConfigurationAsync(
        string function, UpdateFunctionConfigurationRequest request, CancellationToken cancellationToken)
    {
        FunctionRules.RefuseUnsupported(null, null, request.Layers);
        return FunctionView.ToConfiguration(await ChangeAsync(
            function, request.RevisionId, dryRun: false, latest => Task.FromResult(latest with
            {
                Runtime = request.Runtime is null
                    ? latest.Runtime
                    : FunctionRules.Runtime(request.Runtime, host.Runtimes),
                Handler = request.Handler is null ? latest.Handler : FunctionRules.Handler(request.Handler),
                Role = request.Role ?? latest.Role,
                Description = request.Description is null
                    ? latest.Description
                    : FunctionRules.Description(request.Description),
                MemorySizeMb = FunctionRules.MemorySize(request.MemorySize, latest.MemorySizeMb),
                TimeoutSeconds = FunctionRules.Timeout(request.Timeout, latest.TimeoutSeconds),
                Environment = request.Environment is null
                    ? latest.Environment
                    : FunctionRules.Environment(request.Environment),
                SnapStart = request.SnapStart is null ? latest.SnapStart : FunctionRules.SnapStart(request.SnapStart),
            }), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Makes a version of $LATEST. Its snapshot, if it is to have one, is made later.</summary>
    internal FunctionConfiguration Publish(string function, PublishVersionRequest request)
    {
        string arn = FunctionReference.ArnOf(function, null);
        publisher.CheckRoom();
        IReadOnlyList<NamedSecret> secrets = request.SecretsCheck is { } named ? SecretRules.Read(named) : [];
        int variants = FunctionRules.Variants(request.Variants);
        (FunctionVersion version, bool isNew) = store.Publish(function, (latest, last, number) =>
        {
            if (request.RevisionId is not null && request.RevisionId != latest.RevisionId)
            {
                throw LambdaError.Precondition();
            }
            if (request.CodeSha256 is not null
                && request.CodeSha256 != Convert.ToBase64String(Convert.FromHexString(latest.CodeSha256)))
            {
                throw LambdaError.Invalid($"CodeSHA256 ({request.CodeSha256}) is different from current CodeSHA256 in "
                    + "$LATEST. Please try again with the CodeSHA256 in $LATEST.");
            }
            if ((secrets.Count > 0 || variants > 1) && !latest.SnapStart)
            {
                throw LambdaError.Invalid(
                    "SecretsCheck and Variants are for functions with SnapStart: others have no snapshot.");
            }
            // As on Lambda, an unchanged function gives the last version again; but a failed one may be tried anew, and
            // one that was not checked is another.
            if (secrets.Count == 0 && last is not null && last.Variants == variants
                && last.State != FunctionState.Failed && last.RunsTheSameAs(latest))
            {
                return null;
            }
            return latest with
            {
                Number = number,
                Variants = variants,
                Description = request.Description is null
                    ? latest.Description
                    : FunctionRules.Description(request.Description),
                RevisionId = Guid.NewGuid().ToString(),
                LastModified = time.GetUtcNow(),
                State = latest.SnapStart ? FunctionState.Pending : FunctionState.Active,
                StateReason = latest.SnapStart ? "The function is being created." : null,
                StateReasonCode = latest.SnapStart ? "Creating" : null,
            };
        }) ?? throw LambdaError.FunctionNotFound(arn);
        if (isNew && version.State == FunctionState.Pending)
        {
            publisher.Enqueue(version, SpecOf(version) with { ForbiddenSecrets = secrets });
        }
        return FunctionView.ToConfiguration(version);
    }

    /// <summary>Deletes a function with all its versions, or one version.</summary>
    internal async Task DeleteAsync(FunctionReference reference, CancellationToken cancellationToken)
    {
        if (reference.Qualifier == FunctionSpec.Latest)
        {
            throw LambdaError.Invalid("$LATEST version cannot be deleted without deleting the function.");
        }
        string? version = reference.Qualifier;
        FunctionVersion found = Get(reference);
        await publisher.CancelAsync(found.Function, version is null ? null : found.Number).ConfigureAwait(false);
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            bool deleted = version is null
                ? store.DeleteFunction(found.Function)
                : store.DeleteVersion(found.Function, found.Number);
            if (!deleted)
            {
                throw LambdaError.FunctionNotFound(reference.Arn);
            }
            await host.RetireAsync(found.Function, version, removeSnapshots: true).ConfigureAwait(false);
            code.Sweep(CodeInUse(), found.Function);
            await dropped.RemoveAsync().ConfigureAwait(false);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Sets right what the end of an earlier service left behind.</summary>
    internal async Task RecoverAsync()
    {
        store.FailPending(Publisher.StoppedReason, "InternalError");
        HashSet<(string, string)> alive =
        [
            .. store.ListAll().Where(version => version.State == FunctionState.Active)
                .Select(version => (version.Function, version.Name)),
        ];
        foreach (SnapshotSummary snapshot in host.ListSnapshots())
        {
            if (!alive.Contains((snapshot.FunctionName, snapshot.Version)))
            {
                await host.RetireAsync(snapshot.FunctionName, snapshot.Version, removeSnapshots: true)
                    .ConfigureAwait(false);
                if (snapshot.SnapshotId is { } layer)
                {
                    await host.RemoveSnapshotAsync(layer).ConfigureAwait(false);
                }
            }
        }
        code.Sweep(CodeInUse());
        await dropped.RemoveAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _change.Dispose();

    private async Task<FunctionVersion> ChangeAsync(
        string function, string? revisionId, bool dryRun, Func<FunctionVersion, Task<FunctionVersion>> change,
        CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            FunctionVersion latest = Get(new FunctionReference(function, null));
            if (revisionId is not null && revisionId != latest.RevisionId)
            {
                throw LambdaError.Precondition();
            }
            FunctionVersion changed = await change(latest).ConfigureAwait(false) with
            {
                RevisionId = Guid.NewGuid().ToString(),
                LastModified = time.GetUtcNow(),
            };
            if (dryRun)
            {
                return changed;
            }
            if (!store.TryUpdateLatest(latest.RevisionId, changed))
            {
                throw LambdaError.Conflict($"The function {function} changed while the request was under way.");
            }
            // Invocations that began before the change may still be about to read the code that it replaced.
            code.Sweep(CodeInUse((function, latest.CodeSha256)), function);
            await host.RetireAsync(function, FunctionSpec.Latest, removeSnapshots: false).ConfigureAwait(false);
            return changed;
        }
        finally
        {
            _change.Release();
        }
    }

    private ILookup<string, string> CodeInUse(params (string Function, string Sha256)[] also) =>
        store.ListAll().Select(version => (version.Function, version.CodeSha256)).Concat(also)
            .ToLookup(pair => pair.Item1, pair => pair.Item2);

    private void CheckStorage(long sizeBytes)
    {
        if (store.SumCodeSize() + sizeBytes > ServiceLimits.CodeStorageBytesMax)
        {
            throw LambdaError.CodeStorageExceeded();
        }
    }

    private static LambdaException AlreadyExists(string function) =>
        LambdaError.Conflict($"Function already exist: {function}");

    private static string EncodeMarker(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string DecodeMarker(string marker)
    {
        byte[] bytes = new byte[marker.Length];
        return Convert.TryFromBase64String(marker, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw BadMarker();
    }

    private static LambdaException BadMarker() => LambdaError.Invalid("The Marker is not one that this API gave.");
}
