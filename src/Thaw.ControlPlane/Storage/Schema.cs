using Microsoft.Data.Sqlite;

namespace Thaw.ControlPlane.Storage;

/// <summary>The database's schema and the steps that lead to it.</summary>
internal static class Schema
{
    /// <summary>Step n leads from version n to n + 1. Steps are never changed, only added.</summary>
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE functions (
            name TEXT PRIMARY KEY,
            created_ms INTEGER NOT NULL,
            next_version INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        CREATE TABLE versions (
            function TEXT NOT NULL REFERENCES functions (name) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            runtime TEXT NOT NULL,
            handler TEXT NOT NULL,
            role TEXT NOT NULL,
            description TEXT NOT NULL,
            memory_mb INTEGER NOT NULL,
            timeout_s INTEGER NOT NULL,
            environment TEXT NOT NULL,
            snap_start INTEGER NOT NULL,
            code_sha256 TEXT NOT NULL,
            code_size INTEGER NOT NULL,
            revision_id TEXT NOT NULL,
            modified_ms INTEGER NOT NULL,
            state TEXT NOT NULL,
            state_reason TEXT,
            state_reason_code TEXT,
            PRIMARY KEY (function, number)
        ) STRICT;
        CREATE TABLE invocations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            request_id TEXT NOT NULL,
            function TEXT NOT NULL,
            version TEXT NOT NULL,
            started_ms INTEGER NOT NULL,
            start_kind TEXT,
            clone_id TEXT,
            microvm_id TEXT,
            queued_ms REAL NOT NULL,
            restore_ms REAL,
            answer_ms REAL,
            cpu_ms REAL,
            private_bytes INTEGER,
            start_retries INTEGER NOT NULL,
            function_error TEXT,
            service_error TEXT
        ) STRICT;
        CREATE INDEX invocations_by_function ON invocations (function, id);
        """,
        """
        ALTER TABLE versions ADD COLUMN account TEXT NOT NULL DEFAULT '000000000000';
        ALTER TABLE versions ADD COLUMN snapshot_id TEXT;
        ALTER TABLE invocations ADD COLUMN paging TEXT;
        CREATE TABLE dropped_snapshots (id TEXT PRIMARY KEY) STRICT;
        """,
        """
        ALTER TABLE invocations ADD COLUMN restore TEXT;
        """,
        """
        CREATE TABLE version_snapshots (
            function TEXT NOT NULL,
            number INTEGER NOT NULL,
            variant INTEGER NOT NULL,
            id TEXT NOT NULL,
            PRIMARY KEY (function, number, variant),
            FOREIGN KEY (function, number) REFERENCES versions (function, number) ON DELETE CASCADE
        ) STRICT;
        INSERT INTO version_snapshots SELECT function, number, 1, snapshot_id FROM versions
            WHERE snapshot_id IS NOT NULL;
        ALTER TABLE versions DROP COLUMN snapshot_id;
        ALTER TABLE versions ADD COLUMN variants INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE invocations ADD COLUMN variant INTEGER;
        """,
        """
        ALTER TABLE invocations ADD COLUMN start_retry_reason TEXT;
        """,
    ];

    /// <summary>The version that this assembly reads and writes.</summary>
    internal static int Version => s_steps.Length;

    /// <summary>Brings a database up to date, or refuses one from a newer Thaw.</summary>
    internal static void Migrate(SqliteConnection connection)
    {
        long found = ReadVersion(connection);
        if (found > Version)
        {
            throw new InvalidDataException(
                $"The database has schema version {found}; this Thaw knows versions up to {Version}.");
        }
        for (long version = found; version < Version; version++)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            Database.Execute(connection, transaction, s_steps[version]);
            Database.Execute(connection, transaction, $"PRAGMA user_version={version + 1}");
            transaction.Commit();
        }
    }

    private static long ReadVersion(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }
}
