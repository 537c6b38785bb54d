namespace Thaw.Worker.Monitors;

/// <summary>The last bytes of a microVM's console. A guest may write what it likes, as much as it likes.</summary>
internal sealed class ConsoleTail
{
    /// <summary>Guards the fields below.</summary>
    private readonly Lock _gate = new();
    private readonly ByteRing _ring = new(WorkerLimits.ConsoleTailSizeBytes);

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _ring.Append(bytes);
        }
    }

    /// <summary>The last lines, made safe to show.</summary>
    internal string Read()
    {
        lock (_gate)
        {
            return ConsoleText.Sanitise(_ring.ToArray());
        }
    }
}
