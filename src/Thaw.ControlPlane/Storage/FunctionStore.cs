using System.Text.Json;
using Microsoft.Data.Sqlite;
using Thaw.ControlPlane.Functions;
using Thaw.ControlPlane.Wire;

namespace Thaw.ControlPlane.Storage;

/// <summary>Functions and their versions. Each method is one transaction.</summary>
internal sealed class FunctionStore(Database database)
{
    private const string Columns =
        "function, number, runtime, handler, role, description, memory_mb, timeout_s, environment, snap_start, "
        + "code_sha256, code_size, revision_id, modified_ms, state, state_reason, state_reason_code, account, "
        + "variants";

    /// <summary>The layers that a version starts from, as a JSON array in the order of its variants.</summary>
    private const string Snapshots =
        "(SELECT json_group_array(id) FROM (SELECT id FROM version_snapshots AS s "
        + "WHERE s.function = versions.function AND s.number = versions.number ORDER BY s.variant))";

    private const string Select = $"SELECT {Columns}, {Snapshots} FROM versions";

    /// <summary>Stores a new function. False where there is one of that name.</summary>
    internal bool TryCreate(FunctionVersion latest) => database.Transact(transaction =>
    {
        int added = transaction.Execute(
            "INSERT INTO functions (name, created_ms) VALUES ($name, $at) ON CONFLICT DO NOTHING",
            ("$name", latest.Function), ("$at", latest.LastModified.ToUnixTimeMilliseconds()));
        if (added == 1)
        {
            Insert(transaction, latest);
        }
        return added == 1;
    });

    internal FunctionVersion? Find(string function, long number) =>
        database.Transact(transaction => Find(transaction, function, number));

    /// <summary>Replaces $LATEST, if it still is the revision that <paramref name="changed"/> was made from.</summary>
    internal bool TryUpdateLatest(string fromRevisionId, FunctionVersion changed) => database.Transact(transaction =>
    {
        int removed = transaction.Execute(
            "DELETE FROM versions WHERE function = $function AND number = 0 AND revision_id = $revision",
            ("$function", changed.Function), ("$revision", fromRevisionId));
        if (removed == 1)
        {
            Insert(transaction, changed);
        }
        return removed == 1;
    });

    /// <summary>
    /// Makes the next version out of $LATEST as <paramref name="publish"/> says, given $LATEST and the last version.
    /// Where it says null, the last version is the answer.
    /// </summary>
    internal (FunctionVersion Version, bool IsNew)? Publish(
        string function, Func<FunctionVersion, FunctionVersion?, long, FunctionVersion?> publish) =>
        database.Transact<(FunctionVersion, bool)?>(transaction =>
        {
            if (Find(transaction, function, FunctionVersion.LatestNumber) is not { } latest)
            {
                return null;
            }
            FunctionVersion? last = transaction.Query(
                $"{Select} WHERE function = $function AND number > 0 ORDER BY number DESC LIMIT 1",
                Map, ("$function", function)).SingleOrDefault();
            long next = transaction.Query(
                "SELECT next_version FROM functions WHERE name = $function",
                reader => reader.GetInt64(0), ("$function", function)).Single();
            FunctionVersion? made = publish(latest, last, next);
            if (made is null)
            {
                return (last!, false);
            }
            transaction.Execute(
                "UPDATE functions SET next_version = next_version + 1 WHERE name = $function", ("$function", function));
            Insert(transaction, made);
            return (made, true);
        });

    /// <summary>Sets the state of a version. False where the version is gone.</summary>
    internal bool SetState(string function, long number, FunctionState state, string? reason, string? code) =>
        database.Transact(transaction => transaction.Execute(
            "UPDATE versions SET state = $state, state_reason = $reason, state_reason_code = $code "
            + "WHERE function = $function AND number = $number",
            ("$state", state.ToString()), ("$reason", reason), ("$code", code),
            ("$function", function), ("$number", number))) == 1;

    /// <summary>Makes a version Active that starts from these snapshots. False where the version is gone.</summary>
    internal bool SetActive(string function, long number, IReadOnlyList<string> snapshotIds) =>
        database.Transact(transaction =>
        {
            int active = transaction.Execute(
                "UPDATE versions SET state = 'Active', state_reason = NULL, state_reason_code = NULL "
                + "WHERE function = $function AND number = $number",
                ("$function", function), ("$number", number));
            for (int i = 0; active == 1 && i < snapshotIds.Count; i++)
            {
                transaction.Execute(
                    "INSERT INTO version_snapshots VALUES ($function, $number, $variant, $id)",
                    ("$function", function), ("$number", number), ("$variant", i + 1), ("$id", snapshotIds[i]));
            }
            return active == 1;
        });

    /// <summary>Makes all versions Failed that are Pending, and names them.</summary>
    internal IReadOnlyList<(string Function, long Number)> FailPending(string reason, string code) =>
        database.Transact(transaction => transaction.Query(
            "UPDATE versions SET state = 'Failed', state_reason = $reason, state_reason_code = $code "
            + "WHERE state = 'Pending' RETURNING function, number",
            reader => (reader.GetString(0), reader.GetInt64(1)), ("$reason", reason), ("$code", code)));

    /// <summary>Deletes a function; its snapshots are for <see cref="ListDropped"/> then.</summary>
    internal bool DeleteFunction(string function) => database.Transact(transaction =>
    {
        transaction.Execute(
            "INSERT OR IGNORE INTO dropped_snapshots SELECT id FROM version_snapshots WHERE function = $name",
            ("$name", function));
        return transaction.Execute("DELETE FROM functions WHERE name = $name", ("$name", function)) == 1;
    });

    /// <summary>Deletes a version; its snapshots are for <see cref="ListDropped"/> then.</summary>
    internal bool DeleteVersion(string function, long number) => database.Transact(transaction =>
    {
        transaction.Execute(
            "INSERT OR IGNORE INTO dropped_snapshots SELECT id FROM version_snapshots "
            + "WHERE function = $function AND number = $number AND number > 0",
            ("$function", function), ("$number", number));
        return transaction.Execute(
            "DELETE FROM versions WHERE function = $function AND number = $number AND number > 0",
            ("$function", function), ("$number", number)) == 1;
    });

    /// <summary>Has a version start from another snapshot where it starts from <paramref name="from"/>.</summary>
    /// <remarks>
    /// Then that one is for <see cref="ListDropped"/>, and <paramref name="to"/> no longer is. False where the version
    /// is gone or does not start from that one: all stays as it is.
    /// </remarks>
    internal bool TryMoveSnapshot(string function, long number, string from, string to) =>
        database.Transact(transaction =>
        {
            int moved = transaction.Execute(
                "UPDATE version_snapshots SET id = $to "
                + "WHERE function = $function AND number = $number AND id = $from",
                ("$to", to), ("$function", function), ("$number", number), ("$from", from));
            if (moved == 1)
            {
                transaction.Execute("DELETE FROM dropped_snapshots WHERE id = $to", ("$to", to));
                transaction.Execute("INSERT OR IGNORE INTO dropped_snapshots VALUES ($from)", ("$from", from));
            }
            return moved == 1;
        });

    /// <summary>Notes a snapshot that no version names (yet): it is for <see cref="ListDropped"/>.</summary>
    internal void NoteDropped(string id) => database.Transact(transaction =>
        transaction.Execute("INSERT OR IGNORE INTO dropped_snapshots VALUES ($id)", ("$id", id)));

    /// <summary>Snapshots that no version names and that the store may have.</summary>
    internal IReadOnlyList<string> ListDropped() => database.Transact(transaction =>
        transaction.Query("SELECT id FROM dropped_snapshots", reader => reader.GetString(0)));

    /// <summary>Notes that the store has given up a snapshot.</summary>
    internal void ForgetDropped(string id) => database.Transact(transaction =>
        transaction.Execute("DELETE FROM dropped_snapshots WHERE id = $id", ("$id", id)));

    /// <summary>$LATEST of the functions whose names come after <paramref name="after"/>.</summary>
    internal IReadOnlyList<FunctionVersion> ListLatest(string after, int countMax) =>
        database.Transact(transaction => transaction.Query(
            $"{Select} WHERE number = 0 AND function > $after ORDER BY function LIMIT $count",
            Map, ("$after", after), ("$count", countMax)));

    /// <summary>The versions of one function from <paramref name="from"/> on, $LATEST being number 0.</summary>
    internal IReadOnlyList<FunctionVersion> ListVersions(string function, long from, int countMax) =>
        database.Transact(transaction => transaction.Query(
            $"{Select} WHERE function = $function AND number >= $from ORDER BY number LIMIT $count",
            Map, ("$function", function), ("$from", from), ("$count", countMax)));

    /// <summary>All versions of all functions: function, number, state, code.</summary>
    internal IReadOnlyList<FunctionVersion> ListAll() => database.Transact(transaction =>
        transaction.Query($"{Select} ORDER BY function, number", Map));

    internal long SumCodeSize() => database.Transact(transaction => transaction.Query(
        "SELECT COALESCE(SUM(code_size), 0) FROM (SELECT DISTINCT function, code_sha256, code_size FROM versions)",
        reader => reader.GetInt64(0)).Single());

    private static FunctionVersion? Find(Transaction transaction, string function, long number) => transaction.Query(
        $"{Select} WHERE function = $function AND number = $number",
        Map, ("$function", function), ("$number", number)).SingleOrDefault();

    private static void Insert(Transaction transaction, FunctionVersion version) => transaction.Execute(
        $"INSERT INTO versions ({Columns}) VALUES ($function, $number, $runtime, $handler, $role, $description, "
        + "$memory, $timeout, $environment, $snapStart, $sha, $size, $revision, $modified, $state, $reason, $code, "
        + "$account, $variants)",
        ("$function", version.Function), ("$number", version.Number), ("$runtime", version.Runtime),
        ("$handler", version.Handler), ("$role", version.Role), ("$description", version.Description),
        ("$memory", version.MemorySizeMb), ("$timeout", version.TimeoutSeconds),
        ("$environment", JsonSerializer.Serialize(
            version.Environment.ToDictionary(), LambdaJsonContext.Default.DictionaryStringString)),
        ("$snapStart", version.SnapStart ? 1 : 0), ("$sha", version.CodeSha256), ("$size", version.CodeSizeBytes),
        ("$revision", version.RevisionId), ("$modified", version.LastModified.ToUnixTimeMilliseconds()),
        ("$state", version.State.ToString()), ("$reason", version.StateReason), ("$code", version.StateReasonCode),
        ("$account", version.Account), ("$variants", version.Variants));

    private static FunctionVersion Map(SqliteDataReader row) => new()
    {
        Function = row.GetString(0),
        Number = row.GetInt64(1),
        Runtime = row.GetString(2),
        Handler = row.GetString(3),
        Role = row.GetString(4),
        Description = row.GetString(5),
        MemorySizeMb = row.GetInt32(6),
        TimeoutSeconds = row.GetInt32(7),
        Environment = JsonSerializer.Deserialize(
            row.GetString(8), LambdaJsonContext.Default.DictionaryStringString)!,
        SnapStart = row.GetInt64(9) != 0,
        CodeSha256 = row.GetString(10),
        CodeSizeBytes = row.GetInt64(11),
        RevisionId = row.GetString(12),
        LastModified = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(13)),
        State = Enum.Parse<FunctionState>(row.GetString(14)),
        StateReason = row.IsDBNull(15) ? null : row.GetString(15),
        StateReasonCode = row.IsDBNull(16) ? null : row.GetString(16),
        Account = row.GetString(17),
        Variants = row.GetInt32(18),
        SnapshotIds = JsonSerializer.Deserialize(row.GetString(19), LambdaJsonContext.Default.StringArray)!,
    };
}
