namespace Thaw.GuestAgent.Boot;

/// <summary>A step of the boot failed; the microVM is of no use.</summary>
/// <param name="step">What was tried.</param>
/// <param name="inner">What went wrong.</param>
internal sealed class BootException(string step, Exception inner)
    : Exception($"Boot step \"{step}\" failed: {inner.Message}", inner)
{
    /// <summary>What was tried.</summary>
    internal string Step => step;
}
