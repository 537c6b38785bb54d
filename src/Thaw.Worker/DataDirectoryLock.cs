namespace Thaw.Worker;

/// <summary>Keeps a second service out of a data directory.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <exception cref="WorkerException">Another service has it, or it can't be written.</exception>
    internal static DataDirectoryLock Acquire(string dataDirectory)
    {
        try
        {
            // Snapshots hold whatever functions had in memory.
            Directory.CreateDirectory(
                dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // An exclusive flock, which the kernel drops when the process ends, however it does.
            return new DataDirectoryLock(new FileStream(
                Path.Combine(dataDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WorkerException(
                WorkerFault.Stopping,
                $"The data directory {dataDirectory} can't be taken: another service uses it, or it can't be written"
                + $" ({failure.Message})", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
