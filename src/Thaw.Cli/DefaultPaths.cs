namespace Thaw.Cli;

/// <summary>Where things are unless the command line says otherwise.</summary>
internal static class DefaultPaths
{
    /// <summary>The service's data: /var/lib/thaw for root, the user's own place for others.</summary>
    internal static string Data => Environment.UserName == "root"
        ? "/var/lib/thaw"
        : Path.Combine(
            Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.None),
            "thaw");

    /// <summary>The monitor, beside this program.</summary>
    internal static string Monitor => Path.Combine(AppContext.BaseDirectory, "thaw-vmm");

    /// <summary>The pager, beside this program.</summary>
    internal static string Pager => Path.Combine(AppContext.BaseDirectory, "thaw-pager");

    /// <summary>The guest's agent, beside this program.</summary>
    internal static string GuestAgent => Path.Combine(AppContext.BaseDirectory, "thaw-init");

    /// <summary>The images that go with a data directory.</summary>
    internal static string ImagesOf(string data) => Path.Combine(data, "images");
}
