using Microsoft.Data.Sqlite;

namespace Thaw.ControlPlane.Storage;

/// <summary>The service's SQLite file: one connection, one transaction at a time.</summary>
internal sealed class Database : IDisposable
{
    /// <summary>Guards the connection. Nothing else is taken while it is held.</summary>
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;

    private Database(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the file, makes it if there is none, and brings its schema up to date.</summary>
    internal static Database Open(string path)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            Execute(connection, null, "PRAGMA journal_mode=WAL");
            // FULL: a version that a caller was told of is still there after a power cut.
            Execute(connection, null, "PRAGMA synchronous=FULL");
            Execute(connection, null, "PRAGMA busy_timeout=5000");
            Schema.Migrate(connection);
            return new Database(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> in a transaction: all of it happens, or nothing.</summary>
    internal T Transact<T>(Func<Transaction, T> work)
    {
        lock (_gate)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            T result = work(new Transaction(_connection, transaction));
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Runs <paramref name="work"/> in a transaction: all of it happens, or nothing.</summary>
    internal void Transact(Action<Transaction> work) => Transact(transaction =>
    {
        work(transaction);
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _connection.Dispose();
        }
    }

    internal static void Execute(SqliteConnection connection, SqliteTransaction? transaction, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        // Every SQL text in this assembly is a constant; values go in as parameters.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
