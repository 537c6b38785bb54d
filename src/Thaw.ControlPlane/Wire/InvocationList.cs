namespace Thaw.ControlPlane.Wire;

/// <summary>The last invocations, newest first.</summary>
/// <param name="Invocations">The invocations.</param>
public sealed record InvocationList(IReadOnlyList<InvocationRecord> Invocations);
