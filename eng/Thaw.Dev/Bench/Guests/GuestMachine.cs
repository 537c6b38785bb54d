using System.Diagnostics;
using System.Globalization;

namespace Thaw.Dev.Bench.Guests;

/// <summary>Runs a guest under QEMU, with a file as its memory, until it says that it is ready; then ends it.</summary>
internal static class GuestMachine
{
    /// <summary>The file that is left: the guest's memory.</summary>
    public const string MemoryName = "memory";

    /// <summary>The initramfs, put there before; gone afterwards.</summary>
    public const string InitramfsName = "initramfs.cpio";

    private const string Qemu = "qemu-system-x86_64";
    private const string RootName = "root.img";
    private const string ConsoleName = "console.log";
    private const int ConsoleLinesShown = 25;
    private const long PmemAlignment = 2 << 20;
    private static readonly TimeSpan s_readyMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    /// <summary>What decides the guest's memory beside its files.</summary>
    public static IReadOnlyList<string> Machine { get; } =
    [
        "-accel", "tcg", "-smp", "1", "-cpu", "EPYC", "-m", "256,slots=1,maxmem=4G",
        "-append", "console=ttyS0 panic=-1 quiet tsc=reliable cryptomgr.notests mitigations=off",
    ];

    /// <summary>Runs the guest.</summary>
    /// <param name="directory">Where its initramfs is and its memory will be.</param>
    /// <param name="kernel">The ELF kernel.</param>
    /// <param name="root">The root image (EROFS), which the guest sees as persistent memory.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DevException">It did not become ready.</exception>
    public static async Task RunAsync(
        string directory, string kernel, string root, CancellationToken cancellationToken)
    {
        string In(string name) => Path.Combine(directory, name);
        File.Copy(root, In(RootName));
        long rootBytes = Pad(In(RootName));
        string[] arguments =
        [
            "-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-monitor", "none",
            "-serial", $"file:{In(ConsoleName)}", "-M", "q35,memory-backend=ram",
            "-object", $"memory-backend-file,id=ram,size=256M,mem-path={In(MemoryName)},share=on",
            "-object",
            string.Create(
                CultureInfo.InvariantCulture,
                $"memory-backend-file,id=root,size={rootBytes},mem-path={In(RootName)},share=on"),
            "-device", "virtio-pmem-pci,memdev=root",
            "-object", "rng-random,id=r0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=r0",
            "-kernel", kernel, "-initrd", In(InitramfsName), .. Machine,
        ];
        using Process process = Start(arguments);
        try
        {
            Task<string> said = process.StandardError.ReadToEndAsync(cancellationToken);
            await WaitReadyAsync(process, In(ConsoleName), said, cancellationToken);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        foreach (string name in (string[])[RootName, InitramfsName])
        {
            File.Delete(In(name));
        }
    }

    private static Process Start(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(Qemu, arguments) { RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new DevException($"{Qemu} cannot be started: {e.Message}. Run ./dev setup.");
        }
    }

    private static async Task WaitReadyAsync(
        Process process, string console, Task<string> said, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            string[] lines = File.Exists(console) ? await File.ReadAllLinesAsync(console, cancellationToken) : [];
            if (lines.Any(line => line.Contains(GuestRecipe.ReadyMark, StringComparison.Ordinal)))
            {
                return;
            }

            string? trouble = process.HasExited ? $"QEMU ended: {(await said).Trim()}"
                : Stopwatch.GetElapsedTime(start) > s_readyMax ? $"it took over {s_readyMax.TotalMinutes:0} minutes"
                : null;
            if (trouble is not null)
            {
                throw new DevException(
                    $"The guest did not become ready: {trouble}. Its console ends:\n"
                    + string.Join('\n', lines.TakeLast(ConsoleLinesShown)));
            }

            await Task.Delay(s_poll, cancellationToken);
        }
    }

    private static long Pad(string path)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength((file.Length + PmemAlignment - 1) / PmemAlignment * PmemAlignment);
        return file.Length;
    }
}
