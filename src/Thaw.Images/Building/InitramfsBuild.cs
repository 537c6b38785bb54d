using System.Text;
using Thaw.Images.Archives;
using Thaw.Images.Cache;

namespace Thaw.Images.Building;

/// <summary>
/// Makes the guest's initramfs: <c>thaw-init</c> as <c>/init</c>, and the modules it loads, Debian's and ours.
/// </summary>
public static class InitramfsBuild
{
    /// <summary>File name of the archive in the entry.</summary>
    public const string ArchiveName = "initramfs.cpio";

    /// <summary>The module set that guests load.</summary>
    public const string GuestModuleSet = "guest";

    private const int RecipeVersion = 2;
    private const long InitSizeMax = 64 << 20;

    /// <summary>Gives the entry with the archive.</summary>
    public static async Task<CacheEntry> GetAsync(
        BuildContext context, CacheEntry kernel, string initPath, CancellationToken cancellationToken)
    {
        byte[] init = ReadInit(initPath);
        CacheEntry sysgenid = await ModuleBuild.GetAsync(context, kernel, ModuleSources.Sysgenid, cancellationToken)
            .ConfigureAwait(false);
        CacheKey key = new CacheKey("initramfs", RecipeVersion)
            .Add("kernel", kernel.Record.Key).Add("sysgenid", sysgenid.Record.Key).Add("init", init);
        return await context.Cache.GetOrBuildAsync(
            "initramfs",
            key,
            (directory, _) =>
            {
                context.Report("initramfs", "Packing thaw-init and the guest's modules");
                using FileStream output = File.Create(Path.Combine(directory, ArchiveName));
                Write(output, kernel, sysgenid, init);
                return Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());
            },
            context.Progress,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a static ELF program that shall become PID 1.</summary>
    /// <exception cref="ImageException">It is missing, or needs a dynamic loader.</exception>
    public static byte[] ReadInit(string path)
    {
        if (!File.Exists(path))
        {
            throw new ImageException($"The guest agent {path} is missing. Publish it first: ./dev publish.");
        }

        if (new FileInfo(path).Length > InitSizeMax)
        {
            throw new ImageException($"The guest agent {path} is larger than {InitSizeMax} bytes.");
        }

        byte[] init = File.ReadAllBytes(path);
        if (!init.AsSpan().StartsWith("\u007fELF"u8) && !init.AsSpan().StartsWith("#!"u8))
        {
            throw new ImageException($"The guest agent {path} is neither an ELF program nor a script.");
        }

        if (init.AsSpan().IndexOf("/lib64/ld-linux-x86-64.so.2\0"u8) >= 0)
        {
            throw new ImageException($"The guest agent {path} is linked dynamically; the initramfs has no loader.");
        }

        return init;
    }

    private static void Write(Stream output, CacheEntry kernel, CacheEntry sysgenid, byte[] init)
    {
        using var cpio = new CpioWriter(output);
        foreach (string directory in (string[])
            ["dev", "etc", "etc/thaw", "lib", "lib/modules", "mnt", "proc", "run", "sys", "tmp"])
        {
            cpio.AddDirectory(directory);
        }

        cpio.AddCharacterDevice("dev/console", 5, 1);
        cpio.AddCharacterDevice("dev/null", 1, 3, mode: 0b110_110_110);
        var list = new StringBuilder();
        foreach (string file in KernelBuild.ModulesOf(kernel, GuestModuleSet)
            .Select(name => kernel.PathOf($"modules/{name}.ko")).Append(sysgenid.PathOf("sysgenid.ko")))
        {
            string path = $"/lib/modules/{Path.GetFileName(file)}";
            cpio.AddFile(path, File.ReadAllBytes(file));
            list.Append(path).Append('\n');
        }

        cpio.AddFile("etc/thaw/modules", Encoding.UTF8.GetBytes(list.ToString()));
        cpio.AddFile("init", init, mode: 0b111_101_101);
    }
}
