using System.Buffers.Binary;
using System.Text;
using Thaw.Images.Kernels;

namespace Thaw.Images.Tests;

public sealed class ModuleTreeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadInOrder_WithSharedDependencies_PutsEachOnceAfterWhatItNeeds()
    {
        using var directory = new TemporaryDirectory();
        Write(directory, "top.ko", Module("top", "depends=middle-one,base"));
        Write(directory, "middle-one.ko", Module("middle_one", "depends=base"));
        Write(directory, "base.ko", Module("base", "depends="));
        Write(directory, "unused.ko", Module("unused", "depends=missing"));

        var loaded = await ModuleTree.Open(directory.Path).LoadInOrderAsync(["top", "base"], Token);

        Assert.Equal(["base", "middle_one", "top"], loaded.Select(m => m.Name));
    }

    [Fact]
    public async Task LoadInOrder_WithBuiltInAndSoftDependencies_LeavesThemOut()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("modules.builtin"), "kernel/lib/xxhash.ko\n");
        Write(directory, "fs.ko", Module("fs", "depends=xxhash", "softdep=pre: crc32c present"));
        Write(directory, "present.ko", Module("present", "depends="));

        var loaded = await ModuleTree.Open(directory.Path).LoadInOrderAsync(["fs"], Token);

        Assert.Equal(["present", "fs"], loaded.Select(m => m.Name));
    }

    [Fact]
    public async Task LoadInOrder_WithMissingDependency_NamesBothModules()
    {
        using var directory = new TemporaryDirectory();
        Write(directory, "fs.ko", Module("fs", "depends=lost"));

        ImageException e = await Assert.ThrowsAsync<ImageException>(() =>
            ModuleTree.Open(directory.Path).LoadInOrderAsync(["fs"], Token));

        Assert.Equal("The kernel has no module 'lost', which fs needs.", e.Message);
    }

    [Fact]
    public void Parse_OfEveryTruncation_ThrowsImageException()
    {
        byte[] module = Module("fs", "depends=lost");

        for (int length = 0; length < module.Length; length++)
        {
            int cut = length;
            Assert.Throws<ImageException>(() => KernelModule.Parse(module.AsSpan(0, cut), "fs.ko"));
        }
    }

    [Fact]
    public void Parse_WithSectionsBeyondTheLimit_ThrowsImageException()
    {
        byte[] module = Module("fs", "depends=");
        BinaryPrimitives.WriteUInt16LittleEndian(module.AsSpan(0x3c), ushort.MaxValue);

        Assert.Throws<ImageException>(() => KernelModule.Parse(module, "fs.ko"));
    }

    private static void Write(TemporaryDirectory directory, string name, byte[] content) =>
        File.WriteAllBytes(directory.File(name), content);

    /// <summary>An ELF64 file with a null section, <c>.modinfo</c> and section names; headers last.</summary>
    private static byte[] Module(string name, params string[] info)
    {
        byte[] names = "\0.modinfo\0.shstrtab\0"u8.ToArray();
        byte[] modinfo = Encoding.ASCII.GetBytes(string.Concat(info.Append("name=" + name).Select(l => l + "\0")));
        int headers = 64 + names.Length + modinfo.Length;
        byte[] elf = new byte[headers + (3 * 64)];
        ReadOnlySpan<byte> magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        magic.CopyTo(elf);
        BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(0x28), (ulong)headers);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(0x3c), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(0x3e), 2);
        names.CopyTo(elf.AsSpan(64));
        modinfo.CopyTo(elf.AsSpan(64 + names.Length));
        WriteSection(elf.AsSpan(headers + 64), nameOffset: 1, 64 + names.Length, modinfo.Length);
        WriteSection(elf.AsSpan(headers + 128), nameOffset: 10, 64, names.Length);
        return elf;
    }

    private static void WriteSection(Span<byte> header, uint nameOffset, int offset, int size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, nameOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[0x18..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[0x20..], (ulong)size);
    }
}
