namespace Thaw.Worker.Checks;

/// <summary>What is left of a microVM that a check ran: its answer, and its memory in a file.</summary>
/// <param name="Outcome">The answer.</param>
/// <param name="MemoryPath">Of a clone: what it wrote. Of the control: all of it.</param>
internal sealed record CloneCapture(InvokeOutcome Outcome, string MemoryPath)
{
    /// <summary>Whose the memory is; null where nobody asked, or the guest did not say.</summary>
    internal MemoryOwners? Owners { get; init; }

    /// <summary>The clone's id, or the microVM's where it is none.</summary>
    internal string CloneId => Outcome.CloneId ?? Outcome.MicrovmId;
}
