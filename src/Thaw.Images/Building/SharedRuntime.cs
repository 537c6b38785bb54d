using Thaw.Images.Cache;

namespace Thaw.Images.Building;

/// <summary>A .NET shared runtime that is installed on this machine: the base framework and what starts it.</summary>
public sealed class SharedRuntime
{
    private const string Framework = "Microsoft.NETCore.App";
    private const string Starter = "dotnet";
    private const string RootVariable = "DOTNET_ROOT";

    /// <summary>Where hosts say which framework they run on: <c>ROOT/shared/NAME/VERSION/NAME.deps.json</c>.</summary>
    private const string FrameworkProperty = "FX_DEPS_FILE";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute
        | UnixFileMode.OtherExecute;

    private static readonly string[] s_licences = ["LICENSE.txt", "ThirdPartyNotices.txt"];

    private SharedRuntime(string root, string version, IReadOnlyList<string> files)
    {
        Root = root;
        Version = version;
        Files = files;
    }

    /// <summary>Where it is.</summary>
    public string Root { get; }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>Its files, relative to the root, sorted.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>What it is called among an image's packages.</summary>
    internal string PackageLine => $"{Framework}={Version}";

    /// <summary>Finds the newest patch of a channel, in the first place that has any.</summary>
    /// <exception cref="ImageException">No place has; the message says which were looked at, and for what.</exception>
    public static SharedRuntime Find(string channel) => Find(channel, Places());

    /// <summary>The same, in these places.</summary>
    /// <exception cref="ImageException">None of them has it.</exception>
    public static SharedRuntime Find(string channel, IReadOnlyList<string> places)
    {
        foreach (string root in places)
        {
            string? framework = Newest(Path.Combine(root, "shared", Framework), channel);
            string? resolver = Newest(Path.Combine(root, "host", "fxr"), null);
            if (framework is not null && resolver is not null && File.Exists(Path.Combine(root, Starter)))
            {
                return new SharedRuntime(root, Path.GetFileName(framework), List(root, framework, resolver));
            }
        }

        throw new ImageException(
            $"This image needs the .NET runtime {channel} of this machine ({Framework} {channel}.x with host/fxr "
            + $"and {Starter} beside it); it is not in: {string.Join(", ", places)}. "
            + $"Install the .NET {channel} runtime, or name the folder in {RootVariable}.");
    }

    /// <summary>Adds what it is made of.</summary>
    internal void AddTo(CacheKey key)
    {
        key.Add("shared runtime", Version);
        foreach (string file in Files)
        {
            key.AddFile(file, Path.Combine(Root, file));
        }
    }

    /// <summary>Copies it.</summary>
    internal void CopyTo(string target)
    {
        foreach (string file in Files)
        {
            string copy = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(Root, file), copy);
            if (OperatingSystem.IsLinux())
            {
                File.SetUnixFileMode(copy, file == Starter ? Executable : Readable);
            }
        }
    }

    private static IReadOnlyList<string> Places()
    {
        List<string?> places =
        [
            Environment.GetEnvironmentVariable(RootVariable),
            RunningRoot(),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(RootOnPath),
            "/usr/share/dotnet",
            "/usr/lib/dotnet",
        ];
        return [.. places.OfType<string>().Where(place => place.Length > 0).Distinct()];
    }

    private static string? RunningRoot() =>
        AppContext.GetData(FrameworkProperty) is string { Length: > 0 } file
            ? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."))
            : null;

    private static string? RootOnPath(string folder)
    {
        string program = Path.Combine(folder, Starter);
        if (folder.Length == 0 || !File.Exists(program))
        {
            return null;
        }

        string file = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        return Path.GetDirectoryName(file);
    }

    private static string? Newest(string folder, string? channel) =>
        !Directory.Exists(folder)
            ? null
            : Directory.EnumerateDirectories(folder)
                .Where(path => channel is null
                    || Path.GetFileName(path).StartsWith(channel + ".", StringComparison.Ordinal))
                // Previews have a suffix and are not taken.
                .Select(path => (Path: path, Version: ParseVersion(Path.GetFileName(path))))
                .Where(found => found.Version is not null)
                .OrderByDescending(found => found.Version)
                .FirstOrDefault().Path;

    private static Version? ParseVersion(string text) =>
        System.Version.TryParse(text, out Version? version) ? version : null;

    private static IReadOnlyList<string> List(string root, params string[] folders) =>
    [
        .. folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(root, path))
            // A distribution may keep the licences elsewhere.
            .Concat(s_licences.Where(name => File.Exists(Path.Combine(root, name))))
            .Append(Starter)
            .Order(StringComparer.Ordinal),
    ];
}
