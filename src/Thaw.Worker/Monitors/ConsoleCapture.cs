namespace Thaw.Worker.Monitors;

/// <summary>Copies a monitor's output to the console's tail and, up to a bound, to a file.</summary>
internal sealed class ConsoleCapture : IAsyncDisposable
{
    private const int BufferSizeBytes = 4096;
    private readonly ConsoleTail _tail;
    private readonly FileStream _file;

    /// <summary>Guards the file: output and errors come at once.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    internal ConsoleCapture(ConsoleTail tail, string path)
    {
        _tail = tail;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Copies until the stream ends.</summary>
    internal async Task DrainAsync(Stream stream)
    {
        byte[] buffer = new byte[BufferSizeBytes];
        int got;
        while ((got = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            _tail.Append(buffer.AsSpan(0, got));
            await _turn.WaitAsync().ConfigureAwait(false);
            try
            {
                int room = (int)Math.Min(got, WorkerLimits.ConsoleFileSizeBytesMax - _file.Position);
                await _file.WriteAsync(buffer.AsMemory(0, room)).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // A full disk costs the file, not the microVM: the tail has the end of it.
                continue;
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }
}
