namespace Thaw.Images.Debian;

/// <summary>Which distribution this machine runs, from <c>os-release</c>.</summary>
/// <param name="Id">The distribution, such as <c>debian</c>.</param>
/// <param name="Codename">The release's name, such as <c>bookworm</c>.</param>
/// <param name="Version">The release's number, such as <c>12</c>.</param>
public sealed record HostRelease(string Id, string Codename, string Version)
{
    /// <summary>Reads <c>/etc/os-release</c>.</summary>
    public static HostRelease Read() =>
        Parse(File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release") : "");

    /// <summary>Parses the text of an <c>os-release</c> file.</summary>
    public static HostRelease Parse(string text)
    {
        string Field(string name) =>
            text.Split('\n')
                .Where(l => l.StartsWith(name + "=", StringComparison.Ordinal))
                .Select(l => l[(name.Length + 1)..].Trim().Trim('"'))
                .FirstOrDefault("");
        return new HostRelease(Field("ID"), Field("VERSION_CODENAME"), Field("VERSION_ID"));
    }
}
