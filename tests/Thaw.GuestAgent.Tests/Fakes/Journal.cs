namespace Thaw.GuestAgent.Tests.Fakes;

/// <summary>What happened, in order, across all fakes of a test.</summary>
internal sealed class Journal
{
    private readonly List<string> _entries = [];

    internal IReadOnlyList<string> Entries
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    internal void Add(string entry)
    {
        lock (_entries)
        {
            _entries.Add(entry);
        }
    }

    internal void Clear()
    {
        lock (_entries)
        {
            _entries.Clear();
        }
    }
}
