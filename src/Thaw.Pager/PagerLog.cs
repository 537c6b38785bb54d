using System.Globalization;

namespace Thaw.Pager;

/// <summary>Lines about what happened, with the time; each is written with one call.</summary>
internal sealed class PagerLog(TextWriter target, TimeProvider time)
{
    // Guards the target.
    private readonly Lock _lock = new();

    /// <summary>Writes a line.</summary>
    internal void Write(string message)
    {
        string stamp = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            target.WriteLine($"{stamp} thaw-pager: {message}");
            target.Flush();
        }
    }
}
