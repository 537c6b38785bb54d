namespace Thaw.Dev.Steps;

/// <summary>Builds and publishes with the .NET SDK.</summary>
internal static class DotnetSteps
{
    private const string Parallelism = "-m:2";

    /// <summary>Builds the whole solution.</summary>
    public static Task BuildAsync(CancellationToken cancellationToken) => BuildAsync("Thaw.slnx", cancellationToken);

    /// <summary>Builds a project or solution of this checkout, with what it needs.</summary>
    public static Task BuildAsync(string project, CancellationToken cancellationToken) =>
        StepLog.RunAsync("Building", report => ChildProcess.RunAsync(
            "dotnet",
            [
                "build", Path.Combine(Workspace.Root, project), "-c", "Release", "--nologo", "-v", "minimal",
                Parallelism, "-p:ArtifactsPath=" + Workspace.Artifacts,
            ],
            line => report(Last(line)),
            cancellationToken));

    /// <summary>Fails where a file is not formatted as <c>.editorconfig</c> says.</summary>
    public static Task CheckFormatAsync(CancellationToken cancellationToken) =>
        StepLog.RunAsync("Checking the format", report => ChildProcess.RunAsync(
            "dotnet",
            ["format", "whitespace", Workspace.Root, "--folder", "--verify-no-changes", "--exclude", "artifacts"],
            report,
            cancellationToken));

    /// <summary>
    /// Publishes <c>thaw</c>, <c>thaw-vmm</c>, <c>thaw-pager</c> and <c>thaw-init</c> into one folder.
    /// </summary>
    public static async Task PublishAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Workspace.Programs);
        await PublishNativeAsync("Thaw.Monitor", "thaw-vmm", cancellationToken);
        await PublishNativeAsync("Thaw.Pager", "thaw-pager", cancellationToken);
        await PublishNativeAsync("Thaw.GuestAgent", "thaw-init", cancellationToken);
        await PublishManagedAsync("Thaw.Cli", "thaw", cancellationToken);
    }

    private static async Task PublishNativeAsync(string project, string program, CancellationToken cancellationToken)
    {
        string built = await StepLog.RunAsync(
            $"Publishing {program} (ahead of time)",
            report => PublishProjectAsync(project, ["-p:ThawAot=true"], report, cancellationToken));
        CopyIfChanged(Path.Combine(built, program), Path.Combine(Workspace.Programs, program));
    }

    /// <summary>With its own runtime inside, so that it runs where no .NET is installed.</summary>
    private static Task PublishManagedAsync(string project, string program, CancellationToken cancellationToken) =>
        StepLog.RunAsync($"Publishing {program} (self-contained)", async report =>
        {
            string built = await PublishProjectAsync(
                project, ["--self-contained", "-p:PublishReadyToRun=true"], report, cancellationToken);
            foreach (string file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(built, file);
                if (Path.GetExtension(name) is not (".pdb" or ".xml"))
                {
                    CopyIfChanged(file, Path.Combine(Workspace.Programs, name));
                }
            }
        });

    /// <summary>Publishes for linux-x64, whose files stay apart from those of ordinary builds.</summary>
    private static async Task<string> PublishProjectAsync(
        string project, string[] options, Action<string> report, CancellationToken cancellationToken)
    {
        await ChildProcess.RunAsync(
            "dotnet",
            [
                "publish", Path.Combine(Workspace.Root, "src", project), "-c", "Release", "-r", "linux-x64", "--nologo",
                "-v", "minimal", Parallelism, "-p:ArtifactsPath=" + Workspace.Artifacts, .. options,
            ],
            line => report(Last(line)),
            cancellationToken);
        return Path.Combine(Workspace.Artifacts, "publish", project, "release_linux-x64");
    }

    private static string Last(string line) => line.Trim().Split(" -> ")[0];

    private static void CopyIfChanged(string source, string target)
    {
        var from = new FileInfo(source);
        var to = new FileInfo(target);
        if (!from.Exists)
        {
            throw new DevException($"The publish left no {source}.");
        }

        if (to.Exists && to.Length == from.Length && to.LastWriteTimeUtc == from.LastWriteTimeUtc)
        {
            return;
        }

        // A running program cannot be written over, but its name can be given to another file.
        string temporary = $"{target}.new";
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, temporary, overwrite: true);
        File.SetLastWriteTimeUtc(temporary, from.LastWriteTimeUtc);
        File.Move(temporary, target, overwrite: true);
    }
}
