namespace Thaw.EndToEnd.Tests.Harness;

/// <summary>How a test wants its service.</summary>
/// <param name="Data">The name of its data folder.</param>
/// <param name="Options">Further options of <c>thaw serve</c>, in shell's words.</param>
/// <param name="Images">Its images; null for the host's own.</param>
/// <param name="WithKvm">Whether it sees the host's <c>/dev/kvm</c>.</param>
/// <param name="RestoreSeconds">How long a clone may take to be ready; null for what fits the host.</param>
internal sealed record ServiceSettings(
    string Data = "data", string Options = "", string? Images = null, bool WithKvm = true, int? RestoreSeconds = null);
