namespace Thaw.Images.Debian;

/// <summary>One enabled binary archive of the machine's apt settings.</summary>
/// <param name="Uri">Where the archive is.</param>
/// <param name="Suite">The suite, such as <c>bookworm</c>.</param>
/// <param name="SignedBy">The keyring that it is signed by, when the settings name one.</param>
public sealed record AptEntry(string Uri, string Suite, string? SignedBy);
