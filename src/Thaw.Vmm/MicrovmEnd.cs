namespace Thaw.Vmm;

/// <summary>How a guest ended.</summary>
/// <param name="Reason">What happened.</param>
/// <param name="Description">For a human.</param>
public sealed record MicrovmEnd(MicrovmEndReason Reason, string Description);
