namespace Thaw.Monitor.Logging;

/// <summary>Files and pipes that the monitor writes lines to.</summary>
internal static class OutputFile
{
    /// <summary>Opens a file to append to, or a named pipe, whose reader may come later.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    internal static Stream Open(string path)
    {
        try
        {
            // Reading and writing, so that opening a pipe does not wait for its reader.
            const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
            FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, Share, bufferSize: 0);
            if (stream.CanSeek)
            {
                stream.Seek(0, SeekOrigin.End);
            }

            return stream;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"Access to {path} is denied.", e);
        }
    }
}
