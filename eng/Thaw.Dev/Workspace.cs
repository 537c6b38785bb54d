namespace Thaw.Dev;

/// <summary>Where things are in this checkout, and where what is built from it goes.</summary>
internal static class Workspace
{
    /// <summary>The checkout's top folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where builds write; <c>ArtifactsPath</c> in the environment moves it.</summary>
    public static string Artifacts { get; } =
        Environment.GetEnvironmentVariable("ArtifactsPath") is { Length: > 0 } path
            ? Path.GetFullPath(path)
            : Path.Combine(Root, "artifacts");

    /// <summary>What a user installs: <c>thaw</c>, <c>thaw-vmm</c>, <c>thaw-pager</c>, <c>thaw-init</c>.</summary>
    public static string Programs => Path.Combine(Artifacts, "dist", "bin");

    /// <summary>The published monitor.</summary>
    public static string Monitor => Path.Combine(Programs, "thaw-vmm");

    /// <summary>The published guest agent.</summary>
    public static string GuestAgent => Path.Combine(Programs, "thaw-init");

    /// <summary>The published service and CLI.</summary>
    public static string Service => Path.Combine(Programs, "thaw");

    /// <summary><c>$XDG_STATE_HOME/thaw</c>, or <c>~/.local/state/thaw</c>.</summary>
    public static string State
    {
        get
        {
            string? home = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            return string.IsNullOrEmpty(home)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/state/thaw")
                : Path.Combine(home, "thaw");
        }
    }

    private static string FindRoot()
    {
        string? named = Environment.GetEnvironmentVariable("THAW_ROOT");
        for (string? at = named ?? Directory.GetCurrentDirectory(); at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "Thaw.slnx")))
            {
                return at;
            }
        }

        throw new DevException("This is no checkout of Thaw: there is no Thaw.slnx here or above. Call it as ./dev.");
    }
}
