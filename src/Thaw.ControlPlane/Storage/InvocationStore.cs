using System.Text.Json;
using Microsoft.Data.Sqlite;
using Thaw.ControlPlane.Wire;

namespace Thaw.ControlPlane.Storage;

/// <summary>Invocation records, as many as <see cref="ServiceLimits.InvocationRecordsMax"/>.</summary>
internal sealed class InvocationStore(Database database)
{
    internal void Add(IReadOnlyList<InvocationRecord> records) => database.Transact(transaction =>
    {
        foreach (InvocationRecord record in records)
        {
            Insert(transaction, record);
        }
        transaction.Execute(
            "DELETE FROM invocations WHERE id <= (SELECT MAX(id) FROM invocations) - $max",
            ("$max", ServiceLimits.InvocationRecordsMax));
    });

    /// <summary>The last records, newest first.</summary>
    internal IReadOnlyList<InvocationRecord> List(string? function, int countMax) =>
        database.Transact(transaction => transaction.Query(
            "SELECT request_id, function, version, started_ms, start_kind, clone_id, microvm_id, queued_ms, "
            + "restore_ms, answer_ms, cpu_ms, private_bytes, start_retries, function_error, service_error, "
            + "paging, restore, variant, start_retry_reason FROM invocations "
            + "WHERE ($function IS NULL OR function = $function) ORDER BY id DESC LIMIT $count",
            Map, ("$function", function), ("$count", countMax)));

    private static void Insert(Transaction transaction, InvocationRecord record) => transaction.Execute(
        "INSERT INTO invocations (request_id, function, version, started_ms, start_kind, clone_id, microvm_id, "
        + "queued_ms, restore_ms, answer_ms, cpu_ms, private_bytes, start_retries, function_error, service_error, "
        + "paging, restore, variant, start_retry_reason) "
        + "VALUES ($request, $function, $version, $started, $kind, $clone, $microvm, $queued, $restore, $answer, "
        + "$cpu, $private, $retries, $functionError, $serviceError, $paging, $timings, $variant, $reason)",
        ("$request", record.RequestId), ("$function", record.FunctionName), ("$version", record.Version),
        ("$started", record.StartedAt.ToUnixTimeMilliseconds()), ("$kind", record.StartKind),
        ("$clone", record.CloneId), ("$microvm", record.MicrovmId), ("$queued", record.QueuedMs),
        ("$restore", record.RestoreMs), ("$answer", record.AnswerMs), ("$cpu", record.CpuMs),
        ("$private", record.PrivateBytes), ("$retries", record.StartRetries), ("$reason", record.StartRetryReason),
        ("$variant", record.Variant), ("$functionError", record.FunctionError), ("$serviceError", record.ServiceError),
        ("$paging", record.Paging is { } paging
            ? JsonSerializer.Serialize(paging, ThawJsonContext.Default.PagingFigures)
            : null),
        ("$timings", record.Restore is { } restore
            ? JsonSerializer.Serialize(restore, ThawJsonContext.Default.RestoreTimings)
            : null));

    private static InvocationRecord Map(SqliteDataReader row) => new()
    {
        RequestId = row.GetString(0),
        FunctionName = row.GetString(1),
        Version = row.GetString(2),
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
        StartKind = Text(row, 4),
        CloneId = Text(row, 5),
        MicrovmId = Text(row, 6),
        QueuedMs = row.GetDouble(7),
        RestoreMs = Number(row, 8),
        AnswerMs = Number(row, 9),
        CpuMs = Number(row, 10),
        PrivateBytes = row.IsDBNull(11) ? null : row.GetInt64(11),
        StartRetries = row.GetInt32(12),
        FunctionError = Text(row, 13),
        ServiceError = Text(row, 14),
        Paging = Text(row, 15) is { } paging
            ? JsonSerializer.Deserialize(paging, ThawJsonContext.Default.PagingFigures)
            : null,
        Restore = Text(row, 16) is { } restore
            ? JsonSerializer.Deserialize(restore, ThawJsonContext.Default.RestoreTimings)
            : null,
        Variant = row.IsDBNull(17) ? null : row.GetInt32(17),
        StartRetryReason = Text(row, 18),
    };

    private static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static double? Number(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetDouble(column);
}
