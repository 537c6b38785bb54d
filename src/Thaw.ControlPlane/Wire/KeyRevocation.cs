namespace Thaw.ControlPlane.Wire;

/// <summary>What revoking an account's keys did.</summary>
/// <param name="Account">The account.</param>
/// <param name="KeysDestroyed">How many keys there were.</param>
public sealed record KeyRevocation(string Account, int KeysDestroyed);
