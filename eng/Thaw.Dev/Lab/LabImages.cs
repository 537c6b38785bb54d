using System.Text;
using Thaw.Images;
using Thaw.Images.Archives;
using Thaw.Images.Building;
using Thaw.Images.Cache;
using Thaw.Images.Tools;

namespace Thaw.Dev.Lab;

/// <summary>What the emulated host boots from: kernel, initramfs, root, payload and scratch disk.</summary>
internal sealed class LabImages
{
    private const string Busybox = "/bin/busybox";
    private const string ModuleSet = "lab";
    private const string ScratchSize = "24G";

    private LabImages(CacheEntry kernel, CacheEntry root)
    {
        Kernel = kernel.PathOf(KernelBuild.KernelName);
        Root = root.PathOf(RootBuild.ImageName);
        _kernelEntry = kernel;
        Key = new CacheKey("lab", 1).Add("kernel", kernel.Record.Key).Add("root", root.Record.Key);
    }

    private readonly CacheEntry _kernelEntry;

    /// <summary>The ELF kernel, which QEMU enters by PVH.</summary>
    public string Kernel { get; }

    /// <summary>The root image (EROFS).</summary>
    public string Root { get; }

    /// <summary>Hash of kernel and root, to be gone on with.</summary>
    public CacheKey Key { get; }

    /// <summary>Builds kernel and root, or takes them from the cache.</summary>
    public static async Task<LabImages> BuildAsync(
        IProgress<ImageProgress> progress, CancellationToken cancellationToken)
    {
        var cache = new ImageCache(ImageCache.DefaultDirectory);
        using IDisposable held = await cache.LockAsync(progress, cancellationToken);
        var context = new BuildContext(cache, refreshPackages: false, progress);
        CacheEntry kernel = await KernelBuild.GetAsync(context, cancellationToken);
        return new LabImages(kernel, await RootBuild.GetAsync(context, "lab", cancellationToken));
    }

    /// <summary>Hashes what the payload disk is made of.</summary>
    public static string KeyOfPayload(LabImages images, string programs, ImageSet set)
    {
        CacheKey key = images.Key;
        foreach (string file in Directory.EnumerateFiles(programs, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            key.AddFile(Path.GetRelativePath(programs, file), file);
        }

        foreach (ImageFile file in set.Manifest.Files)
        {
            key.Add(file.Name, file.Sha256);
        }

        return key.ToString();
    }

    /// <summary>Packs programs and guest images into the payload disk, unless that very disk is there.</summary>
    public static async Task WritePayloadAsync(
        string key, string programs, ImageSet set, CancellationToken cancellationToken)
    {
        if (File.Exists(LabPaths.PayloadKey) && File.Exists(LabPaths.Payload)
            && await File.ReadAllTextAsync(LabPaths.PayloadKey, cancellationToken) == key)
        {
            return;
        }

        File.Delete(LabPaths.PayloadKey);
        string tree = LabPaths.Payload + ".tree";
        DeleteTree(tree);
        try
        {
            Copy(programs, Path.Combine(tree, "bin"));
            Copy(set.Directory, Path.Combine(tree, "images"));
            await ErofsImage.CreateAsync(tree, LabPaths.Payload, cancellationToken);
        }
        finally
        {
            DeleteTree(tree);
        }

        await File.WriteAllTextAsync(LabPaths.PayloadKey, key, cancellationToken);
    }

    /// <summary>Makes the empty writable disk: sparse, no journal, gone with the next boot.</summary>
    public static async Task WriteScratchAsync(CancellationToken cancellationToken)
    {
        File.Delete(LabPaths.Scratch);
        await HostTool.RunAsync(
            new ToolCall("truncate", "-s", ScratchSize, LabPaths.Scratch), cancellationToken);
        await HostTool.RunAsync(
            new ToolCall(
                "mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-E", "lazy_itable_init=1", "-m", "0",
                "-i", "65536", LabPaths.Scratch),
            cancellationToken);
    }

    /// <summary>Writes the initramfs of this boot, with the key that may use the exec channel.</summary>
    public void WriteInitramfs(string authorizedKey)
    {
        if (!File.Exists(Busybox))
        {
            throw new DevException($"{Busybox} is missing (Debian package busybox-static). Run ./dev setup.");
        }

        using FileStream output = File.Create(LabPaths.Initramfs);
        using var cpio = new CpioWriter(output);
        foreach (string directory in (string[])["bin", "dev", "lower", "modules", "proc", "root", "rw", "sys"])
        {
            cpio.AddDirectory(directory);
        }

        cpio.AddCharacterDevice("dev/console", 5, 1);
        cpio.AddFile("bin/busybox", File.ReadAllBytes(Busybox), mode: 0b111_101_101);
        var order = new StringBuilder();
        foreach (string name in KernelBuild.ModulesOf(_kernelEntry, ModuleSet))
        {
            cpio.AddFile($"modules/{name}.ko", File.ReadAllBytes(_kernelEntry.PathOf($"modules/{name}.ko")));
            order.Append(name).Append('\n');
        }

        cpio.AddFile("modules/order", Encoding.UTF8.GetBytes(order.ToString()));
        cpio.AddFile("authorized_keys", Encoding.UTF8.GetBytes(authorizedKey), mode: 0b110_000_000);
        cpio.AddFile("init", Thaw.Images.Recipes.RecipeFiles.Read("images/lab-init.sh"), mode: 0b111_101_101);
    }

    private static void Copy(string source, string target)
    {
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            string origin = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
            File.Copy(origin, copy);
        }
    }

    private static void DeleteTree(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
