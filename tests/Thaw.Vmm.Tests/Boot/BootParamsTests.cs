using System.Buffers.Binary;
using System.Text;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;
using Thaw.Vmm.Boot;

namespace Thaw.Vmm.Tests.Boot;

public sealed class BootParamsTests : IDisposable
{
    private const ulong Mib = 1 << 20;
    private const uint Ram = 1;
    private const uint AcpiReclaimable = 3;

    // Offsets in struct boot_params (Documentation/arch/x86/zero-page.rst and boot.rst).
    private const int RsdpAt = 0x070;
    private const int E820CountAt = 0x1e8;
    private const int SentinelAt = 0x1ef;
    private const int BootFlagAt = 0x1fe;
    private const int MagicAt = 0x202;
    private const int LoaderTypeAt = 0x210;
    private const int RamdiskImageAt = 0x218;
    private const int RamdiskSizeAt = 0x21c;
    private const int CommandLineAt = 0x228;
    private const int E820TableAt = 0x2d0;

    private static readonly LoadedKernel s_elf = new(Entry: 0x100_0000, End: 0x300_0000, SetupHeader: []);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_128Mib_MemoryMapHasLowMemoryTablesAndTheRest()
    {
        using GuestRamFixture ram = new(128);

        BootParams.Write(ram.Memory, s_elf, "quiet", null, ram.Ram);

        Assert.Equal(
            [
                (0, 0x9_fc00, Ram),
                (X64Layout.Rsdp, X64Layout.AcpiTablesEnd - X64Layout.Rsdp, AcpiReclaimable),
                (Mib, 127 * Mib, Ram),
            ],
            MemoryMap(ram));
    }

    [Fact]
    public void Write_5Gib_MemoryMapLeavesTheDeviceHole()
    {
        using GuestRamFixture ram = new(5 * 1024);

        BootParams.Write(ram.Memory, s_elf, "quiet", null, ram.Ram);

        List<(ulong Start, ulong LengthBytes, uint Type)> map = MemoryMap(ram);
        Assert.Equal(
            [(Mib, 3071 * Mib, Ram), (4096 * Mib, 2048 * Mib, Ram)],
            map.Skip(2));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(128)]
    [InlineData(3072)]
    [InlineData(3073)]
    [InlineData(5120)]
    public void Write_AnySize_MemoryMapIsAscendingAndLeavesOutWhatIsNotRam(int memoryMib)
    {
        using GuestRamFixture ram = new(memoryMib);

        BootParams.Write(ram.Memory, new LoadedKernel(0x10_0000, 0x20_0000, []), "", null, ram.Ram);

        List<(ulong Start, ulong LengthBytes, uint Type)> map = MemoryMap(ram);
        Assert.All(
            map.Zip(map.Skip(1)),
            pair => Assert.True(pair.First.Start + pair.First.LengthBytes <= pair.Second.Start));
        Assert.All(map, entry => Assert.True(ram.Memory.Contains(new GuestAddress(entry.Start), entry.LengthBytes)));
        // The generation ID must not be anybody's memory; the tables may be reused once they were read.
        Assert.DoesNotContain(map, entry => Touches(entry, X64Layout.VmGenId, 4096));
        Assert.DoesNotContain(map, entry => Touches(entry, X64Layout.VmClock, 4096));
        Assert.DoesNotContain(map, entry => Touches(entry, X64Layout.MmioHole, X64Layout.FourGiB - X64Layout.MmioHole));
        ulong given = map.Where(entry => entry.Type == Ram).Aggregate(0ul, (sum, entry) => sum + entry.LengthBytes);
        Assert.Equal((ulong)memoryMib * Mib - (Mib - 0x9_fc00), given);
    }

    [Fact]
    public void Write_ElfKernel_HasTheFieldsThatALoaderFills()
    {
        using GuestRamFixture ram = new(128);

        BootParams.Write(ram.Memory, s_elf, "quiet", null, ram.Ram);

        byte[] page = Page(ram);
        Assert.Equal(X64Layout.Rsdp, BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(RsdpAt)));
        Assert.Equal(0xaa55, BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(BootFlagAt)));
        Assert.Equal("HdrS", Encoding.ASCII.GetString(page, MagicAt, 4));
        Assert.Equal(0xff, page[LoaderTypeAt]);
        // Not zero would mean that the page was not cleared, and the kernel would throw half of it away.
        Assert.Equal(0, page[SentinelAt]);
        Assert.Equal(0u, U32(page, RamdiskImageAt));
        Assert.Equal(0u, U32(page, RamdiskSizeAt));
    }

    [Fact]
    public void Write_BzImage_KeepsItsSetupHeader()
    {
        using GuestRamFixture ram = new(64);
        LoadedKernel kernel = KernelLoader.Load(_folder.File("kernel", new BzImage().ToArray()), ram.Memory);

        BootParams.Write(ram.Memory, kernel, "quiet", null, ram.Ram);

        byte[] page = Page(ram);
        Assert.Equal(0x020f, BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(0x206)));
        Assert.Equal(0x20_0000u, U32(page, 0x230));
        Assert.Equal(0x100_0000ul, BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(0x258)));
        Assert.Equal(0xff, page[LoaderTypeAt]);
        Assert.Equal(0, page[SentinelAt]);
        Assert.Equal(-1, page.AsSpan(BzImage.SetupHeaderEnd..E820TableAt).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Write_PageWithOldContent_LeavesNothingOfIt()
    {
        using GuestRamFixture ram = new(128);
        ram.Memory.TryWrite(new GuestAddress(X64Layout.BootParams), Enumerable.Repeat((byte)0xee, 4096).ToArray());

        BootParams.Write(ram.Memory, s_elf, "quiet", null, ram.Ram);

        Assert.DoesNotContain((byte)0xee, Page(ram));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(X64Layout.CommandLineBytesMax - 1)]
    public void Write_CommandLine_IsThereWithItsZero(int length)
    {
        using GuestRamFixture ram = new(128);
        string commandLine = new('a', length);

        BootParams.Write(ram.Memory, s_elf, commandLine, null, ram.Ram);

        ulong at = U32(Page(ram), CommandLineAt);
        Assert.Equal(commandLine + "\0", Encoding.ASCII.GetString(ram.Read(at, length + 1)));
    }

    [Fact]
    public void Write_CommandLineTooLong_IsRefusedWithBothLengths()
    {
        using GuestRamFixture ram = new(128);
        string commandLine = new('a', X64Layout.CommandLineBytesMax);

        BootException refused =
            Assert.Throws<BootException>(() => BootParams.Write(ram.Memory, s_elf, commandLine, null, ram.Ram));

        Assert.Contains("2048 characters, the bound is 2047", refused.Message, StringComparison.Ordinal);
    }

    // The kernel would read "?" for what is not ASCII, and would end at a zero.
    [Theory]
    [InlineData("init=/größe")]
    [InlineData("quiet\0init=/bin/sh")]
    public void Write_CommandLineThatTheKernelWouldNotRead_IsRefused(string commandLine)
    {
        using GuestRamFixture ram = new(128);

        Assert.Throws<BootException>(() => BootParams.Write(ram.Memory, s_elf, commandLine, null, ram.Ram));
    }

    [Theory]
    [InlineData(1, 128)]
    [InlineData(4096, 128)]
    [InlineData(4097, 128)]
    [InlineData(1_000_000, 128)]
    [InlineData(1_000_000, 5120)]
    public void Write_Initramfs_IsOnAPageAsHighAsLowMemoryGoes(int length, int memoryMib)
    {
        using GuestRamFixture ram = new(memoryMib);
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);

        BootParams.Write(ram.Memory, s_elf, "", _folder.File("initramfs", content), ram.Ram);

        byte[] page = Page(ram);
        ulong address = U32(page, RamdiskImageAt);
        Assert.Equal((uint)length, U32(page, RamdiskSizeAt));
        Assert.Equal(0ul, address % 4096);
        ulong end = ram.Ram[0].End.Value;
        Assert.True(address + (ulong)length <= end && end - address < (ulong)length + 4096);
        Assert.True(ram.Read(address, length).AsSpan().SequenceEqual(content));
    }

    [Fact]
    public void Write_InitramfsUpToTheKernel_FitsAndOneByteMoreDoesNot()
    {
        using GuestRamFixture ram = new(16);
        LoadedKernel kernel = new(0x10_0000, 0xff_0000, []);
        string path = _folder.File("initramfs", new byte[0x1_0000]);

        BootParams.Write(ram.Memory, kernel, "", path, ram.Ram);
        Assert.Equal(0xff_0000u, U32(Page(ram), RamdiskImageAt));

        BootException refused = Assert.Throws<BootException>(
            () => BootParams.Write(ram.Memory, kernel with { End = 0xff_0001 }, "", path, ram.Ram));
        Assert.Contains($"Initramfs {path} of 65536 bytes does not fit", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_InitramfsLargerThanMemory_IsRefused()
    {
        using GuestRamFixture ram = new(16);
        string path = _folder.File("initramfs");
        using (FileStream sparse = File.Create(path))
        {
            sparse.SetLength(1L << 40);
        }

        Assert.Throws<BootException>(
            () => BootParams.Write(ram.Memory, new LoadedKernel(0, 0x20_0000, []), "", path, ram.Ram));
    }

    [Fact]
    public void Write_InitramfsEmptyOrMissing_IsRefusedByName()
    {
        using GuestRamFixture ram = new(128);

        Assert.All(new[] { _folder.File("empty", []), _folder.File("missing") }, path =>
        {
            BootException refused =
                Assert.Throws<BootException>(() => BootParams.Write(ram.Memory, s_elf, "", path, ram.Ram));
            Assert.Contains($"Initramfs {path}", refused.Message, StringComparison.Ordinal);
        });
    }

    private static bool Touches((ulong Start, ulong LengthBytes, uint Type) entry, ulong start, ulong lengthBytes) =>
        entry.Start < start + lengthBytes && start < entry.Start + entry.LengthBytes;

    private static byte[] Page(GuestRamFixture ram) => ram.Read(X64Layout.BootParams, 4096);

    private static uint U32(byte[] page, int at) => BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(at));

    private static List<(ulong Start, ulong LengthBytes, uint Type)> MemoryMap(GuestRamFixture ram)
    {
        byte[] page = Page(ram);
        return
        [
            .. Enumerable.Range(0, page[E820CountAt]).Select(index => E820TableAt + index * 20).Select(at => (
                BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(at)),
                BinaryPrimitives.ReadUInt64LittleEndian(page.AsSpan(at + 8)),
                U32(page, at + 16))),
        ];
    }
}
