using System.Text.RegularExpressions;
using Thaw.Images.Tools;

namespace Thaw.Images.Debian;

/// <summary>
/// An apt of our own: one suite of the machine's archive, with lists and packages in a directory of ours, so that
/// nothing of the machine's package state is read or changed and no root is needed.
/// </summary>
public sealed partial class PrivateApt
{
    private readonly string _directory;
    private readonly string[] _options;
    private bool _updated;

    private PrivateApt(string directory)
    {
        _directory = directory;
        _options =
        [
            "-q",
            "-o", $"Dir::State={directory}/state",
            "-o", $"Dir::State::status={directory}/status",
            "-o", $"Dir::Cache={directory}/cache",
            "-o", $"Dir::Etc::sourcelist={directory}/archive.sources",
            "-o", "Dir::Etc::sourceparts=-",
            "-o", "Dir::Etc::preferencesparts=-",
            "-o", "APT::Architecture=amd64",
            "-o", "APT::Architectures=amd64",
            "-o", "APT::Sandbox::User=",
            "-o", "APT::Install-Recommends=false",
            "-o", "Acquire::Languages=none",
            "-o", "Acquire::Retries=3",
        ];
    }

    /// <summary>Prepares the directory for a suite.</summary>
    public static PrivateApt Create(string directory, DebianArchive archive, string suite)
    {
        Directory.CreateDirectory(Path.Combine(directory, "state", "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(directory, "cache", "archives", "partial"));
        File.WriteAllText(Path.Combine(directory, "status"), "");
        File.WriteAllText(Path.Combine(directory, "archive.sources"), archive.Stanza(suite));
        return new PrivateApt(directory);
    }

    /// <summary>Gives a package's control fields as the archive lists them now.</summary>
    public async Task<string> ShowAsync(string package, CancellationToken cancellationToken)
    {
        await UpdateAsync(cancellationToken).ConfigureAwait(false);
        return await HostTool.RunAsync(
            new ToolCall("apt-cache", [.. _options, "show", package]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives <c>name=version</c> of the packages and everything they depend on, sorted.
    /// </summary>
    public async Task<IReadOnlyList<string>> ResolveAsync(
        IReadOnlyList<string> packages, CancellationToken cancellationToken)
    {
        await UpdateAsync(cancellationToken).ConfigureAwait(false);
        string plan = await HostTool.RunAsync(
            new ToolCall("apt-get", [.. _options, "--simulate", "install", .. packages]), cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. PlannedInstall().Matches(plan).Select(m => $"{m.Groups[1].Value}={m.Groups[2].Value}")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Downloads one package and gives the file's path.</summary>
    public async Task<string> DownloadAsync(string package, string version, CancellationToken cancellationToken)
    {
        await UpdateAsync(cancellationToken).ConfigureAwait(false);
        string target = Path.Combine(_directory, "packages");
        Directory.CreateDirectory(target);
        await HostTool.RunAsync(
            new ToolCall("apt-get", [.. _options, "download", $"{package}={version}"]) { WorkingDirectory = target },
            cancellationToken).ConfigureAwait(false);
        return Directory.EnumerateFiles(target, $"{package}_*.deb").FirstOrDefault()
            ?? throw new ImageException($"apt-get download left no file of {package}={version} in {target}.");
    }

    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        if (!_updated)
        {
            await HostTool.RunAsync(
                new ToolCall("apt-get", [.. _options, "-o", "APT::Update::Error-Mode=any", "update"]),
                cancellationToken).ConfigureAwait(false);
            _updated = true;
        }
    }

    [GeneratedRegex(@"^Inst (\S+) \((\S+) ", RegexOptions.Multiline)]
    private static partial Regex PlannedInstall();
}
