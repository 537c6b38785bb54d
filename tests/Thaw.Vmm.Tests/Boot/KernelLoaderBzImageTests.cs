using Thaw.Vmm.Boot;

namespace Thaw.Vmm.Tests.Boot;

public sealed class KernelLoaderBzImageTests : IDisposable
{
    private const int MemoryMib = 32;
    private const ulong MemoryEnd = (ulong)MemoryMib << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly GuestRamFixture _ram = new(MemoryMib);

    public void Dispose()
    {
        _ram.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Load_Protocol215_PutsTheCodeAtItsPreferredAddress()
    {
        BzImage image = new();

        LoadedKernel kernel = Load(image);

        Assert.Equal(0x100_0200ul, kernel.Entry);
        Assert.Equal(0x120_0000ul, kernel.End);
        Assert.Equal(image.Code, _ram.Read(0x100_0000, image.Code.Length));
    }

    [Fact]
    public void Load_SetupHeader_IsTakenUpToItsOwnEnd()
    {
        BzImage image = new();

        LoadedKernel kernel = Load(image);

        // Behind the end is real-mode code.
        Assert.Equal(image.ToArray()[BzImage.SetupHeaderAt..BzImage.SetupHeaderEnd], kernel.SetupHeader);
    }

    [Fact]
    public void Load_SetupHeaderThatClaimsTooMuch_IsRefused()
    {
        // boot_params has room for it up to 0x290, and behind that come tables that the kernel would believe.
        BootException refused = Assert.Throws<BootException>(() => Load(new BzImage { HeaderEnd = 0xff }));

        Assert.Contains("setup header", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SetupHeaderThatEndsBeforeItsFields_IsRefused() =>
        Assert.Throws<BootException>(() => Load(new BzImage { HeaderEnd = 0x10 }));

    [Fact]
    public void Load_NoSetupSectors_MeansFour()
    {
        BzImage image = new() { SetupSectors = 0 };

        Load(image);

        Assert.Equal(image.Code, _ram.Read(0x100_0000, image.Code.Length));
    }

    [Fact]
    public void Load_CodeLongerThanItsRoom_EndsBehindTheCode()
    {
        BzImage image = new() { InitBytes = 16 };

        Assert.Equal(0x100_0000ul + (ulong)image.Code.Length, Load(image).End);
    }

    [Fact]
    public void Load_SignatureBehindTheCode_IsNoHarm()
    {
        BzImage image = new() { Trailer = new byte[1472] };

        Load(image);

        Assert.Equal(image.Code, _ram.Read(0x100_0000, image.Code.Length));
    }

    [Theory]
    [InlineData(0x020b, 0x7f)]
    [InlineData(0x0206, 0x7f)]
    [InlineData(0x020f, 0x7e)]
    [InlineData(0x020f, 0)]
    public void Load_WithoutA64BitEntry_IsRefusedByProtocol(ushort version, ushort xLoadFlags)
    {
        BootException refused = Assert.Throws<BootException>(
            () => Load(new BzImage { Version = version, XLoadFlags = xLoadFlags }));

        Assert.Contains(
            $"boot protocol 0x{version:x} without a 64-bit entry", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x9_0000)]
    [InlineData(0xf_ffff)]
    [InlineData(MemoryEnd)]
    [InlineData(MemoryEnd - 0x1000)]
    [InlineData(1ul << 40)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 0xfff)]
    public void Load_PreferredAddressOutsideMemory_IsRefused(ulong address)
    {
        BootException refused =
            Assert.Throws<BootException>(() => Load(new BzImage { PreferredAddress = address }));

        Assert.Contains($"at 0x{address:x}, outside guest memory", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RoomToStartThatMemoryLacks_IsRefused()
    {
        uint tooMuch = (uint)(MemoryEnd - 0x100_0000) + 1;

        Assert.Throws<BootException>(() => Load(new BzImage { InitBytes = tooMuch }));
        Assert.Equal(MemoryEnd, Load(new BzImage { InitBytes = tooMuch - 1 }).End);
    }

    [Fact]
    public void Load_TruncatedAnywhere_IsRefused()
    {
        byte[] file = new BzImage { SetupSectors = 4 }.ToArray();

        // Every length would be slow: all around the borders, and a step that hits each part.
        IEnumerable<int> lengths = Enumerable.Range(0, file.Length)
            .Where(length => length % 97 == 0 || length < 0x2a0 || length > file.Length - 40
                || Math.Abs(length - 5 * 512) < 40);
        Assert.All(lengths, length =>
        {
            BootException refused = Assert.Throws<BootException>(() => LoadBytes(file[..length]));
            Assert.Contains(_folder.File("kernel"), refused.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Load_CodeCutOff_SaysTruncatedWithBothLengths()
    {
        byte[] file = new BzImage().ToArray();

        BootException refused = Assert.Throws<BootException>(() => LoadBytes(file[..^100]));

        Assert.Contains("truncated", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{file.Length}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{file.Length - 100}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RandomDamage_LoadsOrIsRefusedAndNothingElse()
    {
        byte[] file = new BzImage { SetupSectors = 4 }.ToArray();
        int refused = 0;
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. file];
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                damaged[random.Next(BzImage.SetupHeaderAt, BzImage.SetupHeaderEnd)] = (byte)random.Next(256);
            }
            try
            {
                LoadedKernel kernel = LoadBytes(damaged);
                Assert.True(kernel.End <= MemoryEnd && kernel.SetupHeader.Length <= 0x290 - 0x1f1, $"Seed {seed}");
            }
            catch (BootException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 1999);
    }

    private LoadedKernel Load(BzImage image) => LoadBytes(image.ToArray());

    private LoadedKernel LoadBytes(byte[] file) => KernelLoader.Load(_folder.File("kernel", file), _ram.Memory);
}
