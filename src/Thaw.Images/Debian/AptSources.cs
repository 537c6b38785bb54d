using System.Text.RegularExpressions;

namespace Thaw.Images.Debian;

/// <summary>
/// Reads the machine's own apt settings, so that packages come from where its administrator gets them.
/// </summary>
public static partial class AptSources
{
    private const string MirrorVariable = "THAW_DEBIAN_MIRROR";
    private const string DefaultKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>The main Debian archive that this machine uses.</summary>
    /// <exception cref="ImageException">The settings name none.</exception>
    public static DebianArchive FindArchive() =>
        FindArchive("/etc/apt", HostRelease.Read(), Environment.GetEnvironmentVariable(MirrorVariable));

    /// <summary>The same, from given settings.</summary>
    public static DebianArchive FindArchive(string aptDirectory, HostRelease release, string? mirrorOverride)
    {
        List<AptEntry> entries = ReadAll(aptDirectory);
        AptEntry? main = entries.Find(e => e.Suite == release.Codename);
        if (!string.IsNullOrEmpty(mirrorOverride))
        {
            main = new AptEntry(mirrorOverride, release.Codename, main?.SignedBy);
        }
        else if (release.Id != "debian" || main is null)
        {
            throw new ImageException(
                $"No Debian archive is set up on this machine: {aptDirectory} has no entry for suite " +
                $"'{release.Codename}' of Debian (it is '{release.Id}'). Set {MirrorVariable} to a Debian mirror.");
        }

        string? keyring = main.SignedBy ?? (File.Exists(DefaultKeyring) ? DefaultKeyring : null);
        return new DebianArchive(main.Uri.TrimEnd('/'), release.Codename, keyring);
    }

    /// <summary>Reads every enabled binary entry of <c>sources.list</c> and <c>sources.list.d</c>.</summary>
    public static List<AptEntry> ReadAll(string aptDirectory)
    {
        var entries = new List<AptEntry>();
        var files = new List<string> { Path.Combine(aptDirectory, "sources.list") };
        string parts = Path.Combine(aptDirectory, "sources.list.d");
        if (Directory.Exists(parts))
        {
            files.AddRange(Directory.EnumerateFiles(parts).Order(StringComparer.Ordinal));
        }

        foreach (string file in files.Where(File.Exists))
        {
            string text = File.ReadAllText(file);
            if (file.EndsWith(".sources", StringComparison.Ordinal))
            {
                entries.AddRange(ParseStanzas(text));
            }
            else if (file.EndsWith(".list", StringComparison.Ordinal))
            {
                entries.AddRange(ParseLines(text));
            }
        }

        return entries;
    }

    /// <summary>Parses the deb822 form (<c>*.sources</c>).</summary>
    public static IEnumerable<AptEntry> ParseStanzas(string text)
    {
        foreach (string stanza in StanzaBreak().Split(text))
        {
            Dictionary<string, string> fields = ParseFields(stanza);
            bool enabled = !fields.TryGetValue("enabled", out string? e) || e is "yes" or "true";
            if (!enabled || !Words(fields, "types").Contains("deb"))
            {
                continue;
            }

            string? signedBy = Words(fields, "signed-by").FirstOrDefault(w => w.StartsWith('/'));
            foreach (string uri in Words(fields, "uris"))
            {
                foreach (string suite in Words(fields, "suites"))
                {
                    yield return new AptEntry(uri, suite, signedBy);
                }
            }
        }
    }

    /// <summary>Parses the one-line form (<c>*.list</c>).</summary>
    public static IEnumerable<AptEntry> ParseLines(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            Match match = OneLine().Match(line);
            if (match.Success)
            {
                string options = match.Groups["options"].Value;
                Match signed = SignedBy().Match(options);
                yield return new AptEntry(
                    match.Groups["uri"].Value,
                    match.Groups["suite"].Value,
                    signed.Success ? signed.Groups[1].Value : null);
            }
        }
    }

    private static Dictionary<string, string> ParseFields(string stanza)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string name = "";
        foreach (string line in stanza.Split('\n').Where(l => !l.StartsWith('#')))
        {
            int colon = line.IndexOf(':');
            if (line.StartsWith(' ') || line.StartsWith('\t'))
            {
                fields[name] = fields.GetValueOrDefault(name, "") + " " + line.Trim();
            }
            else if (colon > 0)
            {
                name = line[..colon].Trim();
                fields[name] = line[(colon + 1)..].Trim();
            }
        }

        return fields;
    }

    private static string[] Words(Dictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name, "").Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\n[ \t]*\n")]
    private static partial Regex StanzaBreak();

    [GeneratedRegex(@"^\s*deb\s+(\[(?<options>[^\]]*)\]\s+)?(?<uri>[a-z+]+:\S+)\s+(?<suite>[^\s/]\S*)\s")]
    private static partial Regex OneLine();

    [GeneratedRegex(@"signed-by=(/[^\s,\]]+)")]
    private static partial Regex SignedBy();
}
