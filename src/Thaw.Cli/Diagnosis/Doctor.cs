using System.Globalization;
using Thaw.Images;

namespace Thaw.Cli.Diagnosis;

/// <summary>Looks at a machine.</summary>
internal static class Doctor
{
    private const string EmulatedHost = "the emulated host";
    private const string Qemu = "qemu-system-x86_64";

    private static readonly (string Name, string Package, string NeededFor)[] s_tools =
    [
        (Qemu, "qemu-system-x86", EmulatedHost),
        ("mmdebstrap", "mmdebstrap", "building images"),
        ("mkfs.erofs", "erofs-utils", "building images"),
        ("zstd", "zstd", "building images"),
        ("xz", "xz-utils", "building images"),
        ("dpkg-deb", "dpkg", "building images"),
        ("apt-get", "apt", "building images"),
    ];

    internal static async Task<DoctorReport> ExamineAsync(
        string monitorPath, string imagesDirectory, CancellationToken cancellationToken)
    {
        KvmReport kvm = await KvmProbe.RunAsync(monitorPath, cancellationToken).ConfigureAwait(false);
        ToolReport[] tools = [.. s_tools.Select(tool => new ToolReport(
            tool.Name, tool.Package, tool.NeededFor, FindProgram(tool.Name)))];
        (IReadOnlyList<string> runtimes, string? imageProblem) =
            await ExamineImagesAsync(imagesDirectory, cancellationToken).ConfigureAwait(false);
        bool hasQemu = tools.Any(tool => tool is { Name: Qemu, Path: not null });
        HostKind host = kvm.Usable ? HostKind.Native : hasQemu ? HostKind.Emulated : HostKind.None;
        return new DoctorReport
        {
            Host = host,
            Kernel = ReadLine("/proc/sys/kernel/osrelease"),
            Distribution = ReadDistribution(),
            Cpus = Environment.ProcessorCount,
            MemoryMib = ReadMemory("MemTotal"),
            MemoryAvailableMib = ReadMemory("MemAvailable"),
            Kvm = kvm,
            Tools = tools,
            Runtimes = runtimes,
            ImageProblem = imageProblem,
            Advice = [.. Advise(host, kvm, tools, imageProblem)],
        };
    }

    private static IEnumerable<string> Advise(
        HostKind host, KvmReport kvm, IReadOnlyList<ToolReport> tools, string? imageProblem)
    {
        yield return host switch
        {
            HostKind.Native => "Thaw runs microVMs on this machine's KVM.",
            HostKind.Emulated =>
                $"KVM is not usable here ({kvm.Reason}). Thaw runs the same programs in {EmulatedHost}: a small Linux"
                + " that QEMU emulates, with a KVM of its own. Expect starts in tens of milliseconds instead of one."
                + " Start it with: ./dev demo",
            _ => $"Thaw can't run microVMs here: KVM is not usable ({kvm.Reason}), and there is no QEMU for"
                + $" {EmulatedHost}. Install QEMU 10 or newer with: ./dev setup",
        };
        string[] missing = [.. tools.Where(tool => tool.Path is null
            && (tool.NeededFor != EmulatedHost || host != HostKind.Native)).Select(tool => tool.Package).Distinct()];
        if (missing.Length > 0)
        {
            yield return $"Packages are missing: {string.Join(", ", missing)}. Install them with: ./dev setup";
        }
        if (imageProblem is not null)
        {
            yield return $"{imageProblem} Build images with: thaw image build";
        }
    }

    private static async Task<(IReadOnlyList<string> Runtimes, string? Problem)> ExamineImagesAsync(
        string directory, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(directory, ImageSet.ManifestName)))
        {
            return ([], $"There are no images in {directory}.");
        }
        try
        {
            ImageSet set = await ImageSet.LoadAsync(directory, verifyChecksums: true, cancellationToken)
                .ConfigureAwait(false);
            return ([.. set.Manifest.Runtimes.Keys.Order(StringComparer.Ordinal)], null);
        }
        catch (ImageException failure)
        {
            return ([], failure.Message);
        }
    }

    private static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            // A user's PATH often lacks where Debian puts mkfs.erofs.
            .Concat(["/usr/sbin", "/sbin"])
            .Where(directory => directory.Length > 0)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    private static string ReadLine(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "unknown";

    private static string ReadDistribution()
    {
        const string Key = "PRETTY_NAME=";
        const string Release = "/etc/os-release";
        return File.Exists(Release)
            ? File.ReadLines(Release).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
                ?[Key.Length..].Trim('"') ?? "unknown"
            : "unknown";
    }

    private static long ReadMemory(string key)
    {
        const string Path = "/proc/meminfo";
        string? line = File.Exists(Path)
            ? File.ReadLines(Path).FirstOrDefault(line => line.StartsWith(key + ":", StringComparison.Ordinal))
            : null;
        return line is null
            ? 0
            : long.Parse(
                line[(key.Length + 1)..].Replace("kB", "", StringComparison.Ordinal),
                CultureInfo.InvariantCulture) / 1024;
    }
}
