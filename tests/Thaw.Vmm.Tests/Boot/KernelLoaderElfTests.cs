using System.Buffers.Binary;
using Thaw.Vmm.Boot;

namespace Thaw.Vmm.Tests.Boot;

public sealed class KernelLoaderElfTests : IDisposable
{
    private const int MemoryMib = 16;
    private const ulong MemoryEnd = MemoryMib << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly GuestRamFixture _ram = new(MemoryMib);

    public static TheoryData<string, int, ulong> HostileFields => new()
    {
        // What, where in the file, value.
        { "No segments", ElfImage.CountAt, 0 },
        { "More segments than there can be", ElfImage.CountAt, 65 },
        { "Table behind the file", ElfImage.TableAt, 1ul << 32 },
        { "Table at the end of all offsets", ElfImage.TableAt, ulong.MaxValue },
        { "Table over the file's end", ElfImage.TableAt, 0x100 },
        { "Table entries of another size", ElfImage.EntryBytesAt, 64 },
        { "Entry outside memory", ElfImage.EntryAt, 1ul << 40 },
        { "Entry where nothing was loaded", ElfImage.EntryAt, 0x80_0000 },
        { "Segment behind the file", ElfImage.SegmentAt(0) + ElfImage.OffsetAt, 1ul << 40 },
        { "Segment at a wrapping offset", ElfImage.SegmentAt(0) + ElfImage.OffsetAt, ulong.MaxValue - 1 },
        { "Segment longer than the file", ElfImage.SegmentAt(0) + ElfImage.FileBytesAt, 0x1000 },
        { "Segment of all bytes", ElfImage.SegmentAt(0) + ElfImage.FileBytesAt, ulong.MaxValue },
        { "Less memory than file", ElfImage.SegmentAt(0) + ElfImage.MemoryBytesAt, 1 },
        { "More memory than there is", ElfImage.SegmentAt(0) + ElfImage.MemoryBytesAt, MemoryEnd },
        { "Memory that wraps", ElfImage.SegmentAt(0) + ElfImage.MemoryBytesAt, ulong.MaxValue - 0x10_0000 + 1 },
        { "Address at the end of memory", ElfImage.SegmentAt(0) + ElfImage.AddressAt, MemoryEnd },
        { "Address over the end of memory", ElfImage.SegmentAt(0) + ElfImage.AddressAt, MemoryEnd - 4 },
        { "Address that wraps", ElfImage.SegmentAt(0) + ElfImage.AddressAt, ulong.MaxValue - 4 },
        { "Address over the boot tables", ElfImage.SegmentAt(0) + ElfImage.AddressAt, 0x7000 },
        { "Address over the ACPI tables", ElfImage.SegmentAt(0) + ElfImage.AddressAt, 0xf_fff8 },
    };

    public void Dispose()
    {
        _ram.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Load_TwoSegmentsAndANote_PlacesTheTwo()
    {
        byte[] code = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] data = [11, 12, 13];
        byte[] file = new ElfImage { Entry = 0x10_0004 }
            .Segment(0x10_0000, code)
            .Segment(0, [9, 9, 9], type: 4)
            .Segment(0x20_0000, data, memoryBytes: 0x1001)
            .ToArray();

        LoadedKernel kernel = Load(file);

        Assert.Equal(0x10_0004ul, kernel.Entry);
        Assert.Equal(0x20_1001ul, kernel.End);
        Assert.Empty(kernel.SetupHeader);
        Assert.Equal([.. code, 0], _ram.Read(0x10_0000, 9));
        Assert.Equal([.. data, 0], _ram.Read(0x20_0000, 4));
        Assert.Equal([0, 0, 0], _ram.Read(0, 3));
    }

    [Fact]
    public void Load_SegmentUpToTheLastByteOfMemory_Fits()
    {
        byte[] file = new ElfImage { Entry = MemoryEnd - 8 }.Segment(MemoryEnd - 8, [1, 2, 3, 4, 5, 6, 7, 8]).ToArray();

        LoadedKernel kernel = Load(file);

        Assert.Equal(MemoryEnd, kernel.End);
        Assert.Equal([7, 8], _ram.Read(MemoryEnd - 2, 2));
    }

    [Fact]
    public void Load_LargeSegment_IsCopiedWhole()
    {
        // More than one page of head, and not a multiple of anything.
        byte[] data = new byte[3_000_001];
        new Random(1).NextBytes(data);

        Load(new ElfImage().Segment(0x10_0000, data).ToArray());

        Assert.True(_ram.Read(0x10_0000, data.Length).AsSpan().SequenceEqual(data));
    }

    [Theory]
    [MemberData(nameof(HostileFields))]
    public void Load_HostileField_IsRefusedByName(string what, int at, ulong value)
    {
        byte[] file = Plain();
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), Merge(file, at, value));

        BootException refused = Assert.Throws<BootException>(() => Load(file));

        Assert.True(
            refused.Message.Contains(_folder.File("kernel"), StringComparison.Ordinal), $"{what}: {refused.Message}");
    }

    [Theory]
    [InlineData(ElfImage.ClassAt, 1)]
    [InlineData(ElfImage.MachineAt, 3)]
    [InlineData(ElfImage.MachineAt, 183)]
    public void Load_ForAnotherMachine_IsRefused(int at, byte value)
    {
        byte[] file = Plain();
        file[at] = value;

        BootException refused = Assert.Throws<BootException>(() => Load(file));

        Assert.Contains("not for x86-64", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TruncatedAnywhere_IsRefused()
    {
        byte[] file = Plain();

        Assert.All(
            Enumerable.Range(0, file.Length),
            length => Assert.Throws<BootException>(() => Load(file[..length])));
    }

    [Fact]
    public void Load_RandomDamage_LoadsOrIsRefusedAndNothingElse()
    {
        byte[] file = Plain();
        int refused = 0;
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. file];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            try
            {
                LoadedKernel kernel = Load(damaged);
                Assert.True(kernel.End <= MemoryEnd && kernel.Entry < MemoryEnd, $"Seed {seed}");
            }
            catch (BootException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 1999);
    }

    [Fact]
    public void Load_NotAKernel_IsRefusedWithItsLength()
    {
        Assert.Contains("(0 bytes)", Assert.Throws<BootException>(() => Load([])).Message, StringComparison.Ordinal);
        BootException refused = Assert.Throws<BootException>(() => Load("#!/bin/sh\n"u8.ToArray()));
        Assert.Contains("neither an ELF file nor a bzImage (10 bytes)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingFile_IsRefusedByName()
    {
        BootException refused =
            Assert.Throws<BootException>(() => KernelLoader.Load(_folder.File("missing"), _ram.Memory));

        Assert.Equal($"Kernel {_folder.File("missing")} cannot be opened: ENOENT.", refused.Message);
    }

    [Fact]
    public void Load_Directory_IsRefused() =>
        Assert.Throws<BootException>(() => KernelLoader.Load(_folder.Path, _ram.Memory));

    private static byte[] Plain() => new ElfImage().Segment(0x10_0000, [1, 2, 3, 4, 5, 6, 7, 8]).ToArray();

    /// <summary>Fields of 2 bytes have neighbours, which stay.</summary>
    private static ulong Merge(byte[] file, int at, ulong value)
    {
        ulong now = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
        return at is ElfImage.CountAt or ElfImage.EntryBytesAt ? (now & ~0xfffful) | (value & 0xffff) : value;
    }

    private LoadedKernel Load(byte[] file) => KernelLoader.Load(_folder.File("kernel", file), _ram.Memory);
}
