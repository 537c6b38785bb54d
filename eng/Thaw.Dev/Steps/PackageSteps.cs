using System.Globalization;
using Thaw.Images.Debian;

namespace Thaw.Dev.Steps;

/// <summary>Installs what is missing of the system packages.</summary>
internal static class PackageSteps
{
    private const int QemuMajorMin = 10;
    private const string Qemu = "qemu-system-x86";

    /// <summary>The S3 server of the tests comes from npm, which need not be Debian's.</summary>
    private const string Npm = "npm";

    private const string BackportsFile = "/etc/apt/sources.list.d/thaw-backports.sources";

    private static readonly string[] s_packages =
    [
        // The emulated host: static shell for its first steps, exec channel, file systems.
        "busybox-static", "e2fsprogs", "openssh-client",
        // Guest images.
        "cpio", "erofs-utils", "mmdebstrap", "openssl", "xz-utils", "zstd",
        // Snapshot chunks are compressed with it.
        "libzstd1",
        // Linking what is compiled ahead of time; the guest's kernel module.
        "binutils", "gcc", "libc6-dev", "make", "zlib1g-dev",
        // Tests read ACPI tables with iasl.
        "acpica-tools",
        // And talk to monitors and guests over Unix sockets, and end them.
        "curl", "procps", "socat",
    ];

    /// <summary>What only benchmarks need: the programs that Thaw's store is measured beside.</summary>
    public static IReadOnlyList<string> Benchmarks { get; } = ["borgbackup", "restic"];

    /// <summary>
    /// What only tests of runtimes need: a generator of random numbers that is not Python's own, and the time zones
    /// that root images have.
    /// </summary>
    public static IReadOnlyList<string> Runtimes { get; } = ["python3", "python3-numpy", "tzdata"];

    /// <summary>Installs what is missing and says what that is; does nothing when all is there.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="more">Packages that this command needs beside those that all need.</param>
    public static async Task InstallAsync(
        CancellationToken cancellationToken, params IReadOnlyList<string> more)
    {
        Dictionary<string, string> installed = await InstalledAsync(more, cancellationToken);
        string[] missing =
        [
            .. s_packages.Concat(more).Where(p => !installed.ContainsKey(p)),
            .. IsOnPath(Npm) ? Array.Empty<string>() : [Npm],
        ];
        bool qemuMissing = !installed.TryGetValue(Qemu, out string? version) || MajorOf(version) < QemuMajorMin;
        if (missing.Length == 0 && !qemuMissing)
        {
            StepLog.Say("System packages: all there");
            return;
        }

        HostRelease release = HostRelease.Read();
        string[] prefix = await RootPrefixAsync(
            [.. missing, .. qemuMissing ? [Qemu] : Array.Empty<string>()], cancellationToken);
        string? backports = qemuMissing && release.Codename == "bookworm" ? "bookworm-backports" : null;
        if (backports is not null)
        {
            await AddBackportsAsync(prefix, backports, cancellationToken);
        }

        await StepLog.RunAsync(
            "Reading package lists", report => AptAsync(prefix, ["update"], report, cancellationToken));
        if (missing.Length > 0)
        {
            await StepLog.RunAsync(
                $"Installing {string.Join(' ', missing)}",
                report => AptAsync(prefix, ["install", .. missing], report, cancellationToken));
        }

        if (qemuMissing)
        {
            string[] suite = backports is null ? [] : ["-t", backports];
            await StepLog.RunAsync(
                $"Installing {Qemu} {backports}",
                report => AptAsync(prefix, ["install", .. suite, Qemu], report, cancellationToken));
        }

        await RequireQemuAsync(cancellationToken);
    }

    private static async Task<Dictionary<string, string>> InstalledAsync(
        IReadOnlyList<string> more, CancellationToken cancellationToken)
    {
        (_, List<string> lines) = await ChildProcess.CaptureAsync(
            "dpkg-query",
            ["-W", "-f", "${db:Status-Status} ${Package} ${Version}\\n", .. s_packages, .. more, Qemu],
            null,
            cancellationToken);
        return lines.Select(l => l.Split(' ')).Where(w => w is ["installed", _, _])
            .ToDictionary(w => w[1], w => w[2]);
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    private static int MajorOf(string version)
    {
        string upstream = version[(version.IndexOf(':') + 1)..];
        return int.TryParse(upstream.Split('.')[0], CultureInfo.InvariantCulture, out int major) ? major : 0;
    }

    private static async Task<string[]> RootPrefixAsync(string[] wanted, CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return ["env"];
        }

        if (File.Exists("/usr/bin/sudo"))
        {
            (int code, _) = await ChildProcess.CaptureAsync("sudo", ["-n", "true"], null, cancellationToken);
            if (code == 0)
            {
                return ["sudo", "-n", "env"];
            }
        }

        throw new DevException(
            $"These packages are missing, and installing them needs root: {string.Join(' ', wanted)}. " +
            "Run ./dev setup as root, or allow sudo without a password.");
    }

    private static async Task AddBackportsAsync(string[] prefix, string suite, CancellationToken cancellationToken)
    {
        if (AptSources.ReadAll("/etc/apt").Exists(e => e.Suite == suite))
        {
            return;
        }

        StepLog.Say($"Adding {suite} of this machine's mirror in {BackportsFile}");
        string temporary = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(temporary, AptSources.FindArchive().Stanza(suite), cancellationToken);
            await ChildProcess.RunAsync(
                prefix[0],
                [.. prefix[1..], "install", "-m", "644", temporary, BackportsFile],
                null,
                cancellationToken);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static Task AptAsync(
        string[] prefix, string[] arguments, Action<string> report, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(
            prefix[0],
            [
                .. prefix[1..], "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y",
                "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3",
                "-o", "APT::Install-Recommends=false", .. arguments,
            ],
            report,
            cancellationToken);

    private static async Task RequireQemuAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> installed = await InstalledAsync([], cancellationToken);
        if (!installed.TryGetValue(Qemu, out string? version) || MajorOf(version) < QemuMajorMin)
        {
            throw new DevException(
                $"{Qemu} {QemuMajorMin} or later is needed (older ones run the guest's kernel wrong); " +
                $"this machine has {version ?? "none"} and its archive offers no newer one.");
        }
    }
}
