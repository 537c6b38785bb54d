namespace Thaw.GuestAgent.Secrets;

/// <summary>Empties what functions have marked as not to be in a snapshot.</summary>
internal interface ISecretWipe
{
    /// <summary>Empties all of it. For when every process of the function is frozen.</summary>
    /// <exception cref="IOException">Something may be left: there must be no snapshot.</exception>
    WipeSummary WipeAll();
}
