using Thaw.Worker;

namespace Thaw.ControlPlane.Wire;

/// <summary>The last microVMs that failed, newest first.</summary>
/// <param name="Failures">The failures with their consoles' ends.</param>
public sealed record FailureList(IReadOnlyList<MicrovmFailure> Failures);
