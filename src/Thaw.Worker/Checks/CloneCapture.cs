namespace Thaw.Worker.Checks;

/// <summary>What is left of a microVM that a check ran: its answer, and its memory in a file.</summary>
/// <param name="Outcome">The answer.</param>
/// <param name="MemoryPath">Of a clone: what it wrote. Of the control: all of it.</param>
internal sealed record CloneCapture(InvokeOutcome Outcome, string MemoryPath)
{
    /// <summary>The clone's id, or the microVM's where it is none.</summary>
    internal string CloneId => Outcome.CloneId ?? Outcome.MicrovmId;
}
