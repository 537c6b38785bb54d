using Thaw.Linux;

namespace Thaw.Monitor.Control;

/// <summary>
/// Where the guest's serial console goes: standard output, or the file or pipe that the API was told.
/// </summary>
internal sealed class SerialOutput : IDisposable
{
    private const int StandardOutput = 1;

    private SafeFd? _opened;

    /// <summary>Opens the file or pipe, new or emptied; without a path, standard output.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    internal SafeFd Open(string? path)
    {
        _opened?.Dispose();
        _opened = null;

        // Reading and writing, so that opening a pipe does not wait for its reader.
        _opened = path is null
            ? OwnProcess.Inherited(StandardOutput)
            : SafeFd.Open(path, FileOpen.CreateOrTruncate);
        return _opened;
    }

    public void Dispose() => _opened?.Dispose();
}
