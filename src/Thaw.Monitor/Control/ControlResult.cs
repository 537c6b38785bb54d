namespace Thaw.Monitor.Control;

/// <summary>Outcome of an action on the microVM.</summary>
/// <param name="Fault">What went wrong and why; null when nothing did.</param>
/// <param name="IsFatal">Whether the process is of no further use: it answers and ends.</param>
internal readonly record struct ControlResult(string? Fault, bool IsFatal = false)
{
    /// <summary>Done.</summary>
    internal static ControlResult Done => default;

    /// <summary>Whether it was done.</summary>
    internal bool IsDone => Fault is null;

    /// <summary>Not done; the microVM is as before.</summary>
    internal static ControlResult Failed(string fault) => new(fault);

    /// <summary>Not done, and the process must end.</summary>
    internal static ControlResult Fatal(string fault) => new(fault, IsFatal: true);
}
