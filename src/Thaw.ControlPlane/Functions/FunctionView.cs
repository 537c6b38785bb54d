using System.Globalization;
using Thaw.ControlPlane.Storage;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>Stored versions as the API and the worker see them.</summary>
internal static class FunctionView
{
    private static readonly string[] s_architectures = ["x86_64"];

    internal static FunctionConfiguration ToConfiguration(FunctionVersion version) => new()
    {
        FunctionName = version.Function,
        FunctionArn = ArnOf(version),
        Runtime = version.Runtime,
        Role = version.Role,
        Handler = version.Handler,
        CodeSize = version.CodeSizeBytes,
        Description = version.Description,
        Timeout = version.TimeoutSeconds,
        MemorySize = version.MemorySizeMb,
        LastModified = version.LastModified.UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
        CodeSha256 = Convert.ToBase64String(Convert.FromHexString(version.CodeSha256)),
        Version = version.Name,
        Environment = version.Environment.Count == 0
            ? null
            : new FunctionEnvironment { Variables = version.Environment },
        RevisionId = version.RevisionId,
        State = version.State.ToString(),
        StateReason = version.StateReason,
        StateReasonCode = version.StateReasonCode,
        LastUpdateStatus = version.State switch
        {
            FunctionState.Pending => "InProgress",
            FunctionState.Active => "Successful",
            _ => "Failed",
        },
        PackageType = "Zip",
        Architectures = s_architectures,
        SnapStart = new SnapStartResponse
        {
            ApplyOn = version.SnapStart ? SnapStart.PublishedVersions : SnapStart.None,
            OptimizationStatus = StartsFromSnapshot(version) && version.State == FunctionState.Active ? "On" : "Off",
            Variants = version.Variants == 1 ? null : version.Variants,
        },
    };

    internal static FunctionSpec ToSpec(FunctionVersion version, CodeStore code) => new()
    {
        Name = version.Function,
        Version = version.Name,
        RevisionId = version.RevisionId,
        Arn = ArnOf(version),
        Runtime = version.Runtime,
        Handler = version.Handler,
        MemorySizeMb = version.MemorySizeMb,
        Timeout = TimeSpan.FromSeconds(version.TimeoutSeconds),
        Environment = version.Environment,
        CodePath = code.PathOf(version.Function, version.CodeSha256),
        Account = version.Account,
        Variants = version.Variants,
        SnapshotIds = version.SnapshotIds,
        SnapStart = StartsFromSnapshot(version),
    };

    private static string ArnOf(FunctionVersion version) => FunctionReference.ArnOf(
        version.Function, version.IsLatest ? null : version.Name, version.Account);

    /// <summary>$LATEST never does: as on Lambda.</summary>
    internal static bool StartsFromSnapshot(FunctionVersion version) => version.SnapStart && !version.IsLatest;
}
