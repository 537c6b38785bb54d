using System.Diagnostics;
using System.Globalization;
using System.Text;
using Thaw.Images;
using Thaw.Images.Archives;
using Thaw.Sysgenid.Tests.Building;

namespace Thaw.Sysgenid.Tests.Machine;

/// <summary>One run of an emulated machine: kernel and initramfs in, two consoles and all of its memory out.</summary>
internal sealed class GuestMachine
{
    private const string MemorySize = "1792M";
    private const long SwapSize = 32L << 20;
    private const int ConsoleLinesShown = 40;
    private static readonly TimeSpan s_runMax = TimeSpan.FromMinutes(10);
    private readonly string _directory;

    public GuestMachine(string directory)
    {
        _directory = directory;
    }

    /// <summary>What tests wrote.</summary>
    public string Output => ReadIfThere("tap.log");

    /// <summary>The end of what the kernel wrote.</summary>
    public string Console => string.Join('\n', ReadIfThere("console.log").Split('\n').TakeLast(ConsoleLinesShown));

    /// <summary>The machine's memory as it was when it was switched off.</summary>
    public string MemoryFile => Path.Combine(_directory, "memory");

    private string Initramfs => Path.Combine(_directory, "initramfs.cpio");

    /// <summary>Packs PID 1 and the modules that it loads, in order.</summary>
    public void WriteInitramfs(string init, IReadOnlyList<(string Name, string Path)> modules)
    {
        using FileStream output = File.Create(Initramfs);
        using var cpio = new CpioWriter(output);
        foreach (string directory in (string[])["dev", "modules", "proc", "sys", "tmp"])
        {
            cpio.AddDirectory(directory);
        }

        cpio.AddCharacterDevice("dev/console", 5, 1);
        foreach ((string name, string path) in modules)
        {
            cpio.AddFile($"modules/{name}.ko", File.ReadAllBytes(path));
        }

        cpio.AddFile("modules/order", Encoding.UTF8.GetBytes(string.Join('\n', modules.Select(m => m.Name))));
        cpio.AddFile("init", File.ReadAllBytes(init), mode: 0b111_101_101);
    }

    /// <summary>Runs the machine until it switches itself off.</summary>
    public async Task RunAsync(string kernel, CancellationToken cancellationToken)
    {
        RequiredTool.Check("qemu-system-x86_64", "qemu-system-x86 (version 10 or later)");
        string swap = Path.Combine(_directory, "swap");
        using (FileStream file = File.Create(swap))
        {
            file.SetLength(SwapSize);
        }

        using var process = Process.Start(new ProcessStartInfo("qemu-system-x86_64", Arguments(kernel, swap))
        {
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_runMax);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new ImageException($"The test machine did not end. Its last words:\n{Output}\n{Console}");
        }

        if (process.ExitCode != 0)
        {
            throw new ImageException(
                $"QEMU ended with code {process.ExitCode.ToString(CultureInfo.InvariantCulture)}: {await errors}");
        }
    }

    private string[] Arguments(string kernel, string swap) =>
    [
        "-nodefaults", "-nographic", "-no-reboot", "-monitor", "none",
        "-serial", $"file:{Path.Combine(_directory, "console.log")}",
        "-serial", $"file:{Path.Combine(_directory, "tap.log")}",
        "-accel", "tcg,thread=multi", "-smp", "2", "-cpu", "max", "-m", MemorySize,
        "-M", "q35,memory-backend=memory",
        "-object", $"memory-backend-file,id=memory,size={MemorySize},mem-path={MemoryFile},share=on",
        "-kernel", kernel, "-initrd", Initramfs,
        "-append", "console=ttyS0 panic=-1 quiet nokaslr tsc=reliable cryptomgr.notests mitigations=off",
        "-drive", $"file={swap},if=none,format=raw,id=swap", "-device", "virtio-blk-pci,drive=swap",
    ];

    private string ReadIfThere(string name)
    {
        string path = Path.Combine(_directory, name);
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }
}
