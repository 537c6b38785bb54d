namespace Thaw.Images.Debian;

/// <summary>The Debian archive that packages for images are taken from.</summary>
/// <param name="Mirror">Its address.</param>
/// <param name="HostSuite">The suite that this machine runs.</param>
/// <param name="Keyring">The keyring that it is signed by; null leaves it to apt's default.</param>
public sealed record DebianArchive(string Mirror, string HostSuite, string? Keyring)
{
    /// <summary>The suite whose kernel is of the 6.12 series and whose headers fit this machine's compiler.</summary>
    public string KernelSuite => HostSuite == "bookworm" ? "bookworm-backports" : HostSuite;

    /// <summary>The archive as a deb822 stanza for one suite.</summary>
    public string Stanza(string suite)
    {
        string signedBy = Keyring is null ? "" : $"Signed-By: {Keyring}\n";
        return $"Types: deb\nURIs: {Mirror}\nSuites: {suite}\nComponents: main\n{signedBy}";
    }
}
