using Microsoft.Data.Sqlite;

namespace Thaw.ControlPlane.Tests;

/// <summary>Changes a service's database behind its back.</summary>
internal static class SqliteRow
{
    public static void Execute(string directory, string sql)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(directory, "thaw.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are constants of tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
