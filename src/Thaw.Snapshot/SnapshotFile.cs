namespace Thaw.Snapshot;

/// <summary>Writes state files so that a reader sees the whole file or none.</summary>
public static class SnapshotFile
{
    /// <summary>Writes to a temporary file beside <paramref name="path"/>, flushes it to disk and renames it.</summary>
    /// <remarks>The rename itself is durable once the caller has synced the folder.</remarks>
    /// <exception cref="IOException">Writing failed; nothing is left behind.</exception>
    public static void Write(string path, SnapshotWriter snapshot)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            // Registers hold secrets of the guest.
            FileStreamOptions options = new()
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            using (FileStream stream = new(temporary, options))
            {
                snapshot.WriteTo(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
