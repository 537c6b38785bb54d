namespace Thaw.ControlPlane.Wire;

/// <summary>A version whose snapshot was laid out anew.</summary>
/// <param name="Function">The function.</param>
/// <param name="Version">The version.</param>
/// <param name="From">The layer that it started from; given up when its clones have ended.</param>
/// <param name="To">The layer that it starts from now.</param>
/// <param name="WorkingSetPages">Pages that come first in it.</param>
/// <param name="BytesStored">Bytes that it added to the store.</param>
public sealed record CompactedVersion(
    string Function, string Version, string From, string To, long WorkingSetPages, long BytesStored);
