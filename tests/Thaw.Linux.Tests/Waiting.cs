namespace Thaw.Linux.Tests;

/// <summary>
/// Bounds on waiting for an event that has to come: long enough for a loaded machine, and then a failure.
/// </summary>
internal static class Waiting
{
    internal const int BoundMs = 30_000;

    /// <summary>Waits for a descriptor's event.</summary>
    internal static void For(SafeFd fd, PollEvents events, string what)
    {
        PollSet poll = new(1);
        poll.Add(fd, events);
        Assert.True(poll.Wait(BoundMs), $"No {what} within {BoundMs} ms.");
    }

    /// <summary>Waits for a thread's end.</summary>
    internal static void ForEnd(Thread thread, string what) =>
        Assert.True(thread.Join(BoundMs), $"{what} did not end within {BoundMs} ms.");
}
