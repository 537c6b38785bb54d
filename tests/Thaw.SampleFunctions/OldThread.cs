using System.Collections.Concurrent;

namespace Thaw.SampleFunctions;

/// <summary>A thread that is as old as the function, with the state that generators have for threads.</summary>
internal sealed class OldThread
{
    private readonly BlockingCollection<Action> _work = [];

    internal OldThread()
    {
        new Thread(Run) { IsBackground = true }.Start();
    }

    internal string Call(Func<string> draw)
    {
        TaskCompletionSource<string> drawn = new();
        _work.Add(() => drawn.SetResult(draw()));
        return drawn.Task.GetAwaiter().GetResult();
    }

    private void Run()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
