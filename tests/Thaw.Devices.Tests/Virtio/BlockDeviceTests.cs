using System.Buffers.Binary;
using System.Text;
using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio.Block;
using Thaw.Linux;

namespace Thaw.Devices.Tests.Virtio;

public sealed class BlockDeviceTests : IDisposable
{
    private const uint In = 0, Out = 1, Flush = 4, GetId = 8;
    private const byte Ok = 0, IoError = 1, Unsupported = 2;
    private const int Sectors = 100;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"thaw-block-{Guid.NewGuid():n}");
    private readonly byte[] _content = new byte[Sectors * 512 + 100];
    private readonly List<TestDriver> _drivers = [];

    public BlockDeviceTests()
    {
        new Random(512).NextBytes(_content);
        File.WriteAllBytes(_path, _content);
    }

    public void Dispose()
    {
        _drivers.ForEach(driver => driver.Dispose());
        File.Delete(_path);
    }

    [Fact]
    public void Config_TellsWholeSectorsAndFeatures()
    {
        TestDriver writable = Start(cache: BlockCacheType.Writeback);
        TestDriver readOnly = Start(isReadOnly: true);

        Assert.Equal((ulong)Sectors, writable.ReadConfig64(0));
        Assert.Equal(512u, writable.Read32(0x100 + 20));
        Assert.Equal(254u, writable.Read32(0x100 + 12));
        Assert.Equal(0u, writable.Read32(0x100 + 0x200));
        Assert.Equal(1UL << 9, writable.ReadDeviceFeatures() & (1UL << 9 | 1UL << 5));
        Assert.Equal(1UL << 5, readOnly.ReadDeviceFeatures() & (1UL << 9 | 1UL << 5));
    }

    [Fact]
    public void Read_ScatteredBuffers_GetTheFile()
    {
        TestDriver driver = Start();
        GuestBuffer[] data = [driver.Memory.Writable(512), driver.Memory.Writable(100), driver.Memory.Writable(924)];

        Assert.Equal((Ok, 1537u), Request(driver, In, 7, data));

        byte[] read = [.. data.SelectMany(driver.Memory.Read)];
        Assert.Equal(_content.AsSpan(7 * 512, 1536).ToArray(), read);
        Assert.Equal(1, Device(driver).Metrics.Reads.Value);
        Assert.Equal(1536, Device(driver).Metrics.ReadBytes.Value);
    }

    [Fact]
    public void Write_ScatteredBuffers_ReachTheFile()
    {
        TestDriver driver = Start();
        byte[] bytes = new byte[1024];
        new Random(1).NextBytes(bytes);

        GuestBuffer[] data = [driver.Memory.Readable(bytes.AsSpan(0, 700)), driver.Memory.Readable(bytes.AsSpan(700))];
        Assert.Equal((Ok, 1u), Request(driver, Out, 98, data));

        Assert.Equal(bytes, File.ReadAllBytes(_path).AsSpan(98 * 512, 1024).ToArray());
    }

    [Theory]
    [InlineData(In, 100UL, 512u)]
    [InlineData(In, 99UL, 1024u)]
    [InlineData(In, ulong.MaxValue, 512u)]
    [InlineData(In, 1UL << 55, 512u)] // the offset in bytes would wrap to 0
    [InlineData(In, 0UL, 511u)]
    [InlineData(In, 0UL, 0u)]
    [InlineData(Out, 100UL, 512u)]
    [InlineData(Out, 0UL, 513u)]
    [InlineData(GetId, 0UL, 19u)]
    public void Request_OutOfRange_Fails(uint type, ulong sector, uint length)
    {
        TestDriver driver = Start();
        GuestBuffer data = driver.Memory.Writable(length) with { IsWritable = type != Out };

        Assert.Equal(IoError, Request(driver, type, sector, data).Status);

        Assert.Equal(1, Device(driver).Metrics.InvalidRequests.Value);
        Assert.Equal(_content, File.ReadAllBytes(_path));
    }

    [Fact]
    public void Request_UnknownType_IsUnsupported() =>
        Assert.Equal((Unsupported, 1u), Request(Start(), 99, 0));

    [Fact]
    public void Write_ToReadOnlyDrive_Fails()
    {
        TestDriver driver = Start(isReadOnly: true);

        Assert.Equal(IoError, Request(driver, Out, 0, driver.Memory.Readable(new byte[512])).Status);

        Assert.Equal(_content, File.ReadAllBytes(_path));
    }

    [Theory]
    [InlineData(BlockCacheType.Unsafe)]
    [InlineData(BlockCacheType.Writeback)]
    public void Flush_Succeeds(BlockCacheType cache) =>
        Assert.Equal((Ok, 1u), Request(Start(cache: cache), Flush, 0));

    [Theory]
    [InlineData("code", "code")]
    [InlineData("a-drive-id-longer-than-twenty", "a-drive-id-longer-th")]
    [InlineData("nineteen-bytes-here", "nineteen-bytes-here")]
    [InlineData("nineteen-bytes-here\u00e9", "nineteen-bytes-here")]
    public void GetId_GivesWhatFitsOfTheDriveId(string id, string expected)
    {
        TestDriver driver = Start(id: id);
        GuestBuffer data = driver.Memory.Writable(20);

        Assert.Equal((Ok, 21u), Request(driver, GetId, 0, data));

        Assert.Equal(expected, Encoding.UTF8.GetString(driver.Memory.Read(data)).TrimEnd('\0'));
    }

    [Fact]
    public void Request_WithoutHeaderOrStatus_IsReturnedUntouched()
    {
        TestDriver driver = Start();

        Assert.Equal(0u, driver.Complete(0, driver.Queues[0].Add(driver.Memory.Readable(new byte[16]))));
        Assert.Equal(0u, driver.Complete(0, driver.Queues[0].Add(driver.Memory.Writable(513))));
        Assert.Equal(0u, driver.Complete(
            0, driver.Queues[0].Add(driver.Memory.Readable(new byte[15]), driver.Memory.Writable(1))));

        Assert.Equal(3, Device(driver).Metrics.InvalidRequests.Value);
    }

    [Fact]
    public void Read_FileShrunkByTheHost_Fails()
    {
        TestDriver driver = Start();
        using (FileStream file = File.OpenWrite(_path))
        {
            file.SetLength(50 * 512);
        }

        Assert.Equal(IoError, Request(driver, In, 49, driver.Memory.Writable(1024)).Status);
        Assert.Equal(1, Device(driver).Metrics.HostFailures.Value);
    }

    [Fact]
    public void UpdateBackingFile_TellsCapacityAndServesTheNewFile()
    {
        TestDriver driver = Start();
        string other = _path + ".other";
        File.WriteAllBytes(other, [.. Enumerable.Repeat((byte)0x42, 512 * 3)]);
        try
        {
            Device(driver).UpdateBackingFile(other);

            Assert.Equal(2u, driver.Read32(0x60));
            Assert.Equal(3UL, driver.ReadConfig64(0));
            GuestBuffer data = driver.Memory.Writable(512);
            Assert.Equal(Ok, Request(driver, In, 2, data).Status);
            Assert.All(driver.Memory.Read(data), value => Assert.Equal(0x42, value));
            Assert.Equal(IoError, Request(driver, In, 3, data).Status);
        }
        finally
        {
            File.Delete(other);
        }
    }

    [Fact]
    public void UpdateBackingFile_Missing_KeepsTheOldOne()
    {
        TestDriver driver = Start();

        Assert.Throws<LinuxException>(() => Device(driver).UpdateBackingFile(_path + ".none"));

        Assert.Equal(Ok, Request(driver, In, 0, driver.Memory.Writable(512)).Status);
        Assert.Equal(_path, Device(driver).Options.Path);
    }

    [Fact]
    public void State_WithAnotherFile_TellsTheGuest()
    {
        TestDriver driver = Start(isReadOnly: true);
        BlockState state = StateBytes.RoundTrip(Device(driver).SaveState());
        Assert.Equal(Device(driver).SaveState(), state);
        string other = _path + ".clone";
        File.WriteAllBytes(other, new byte[512 * 8]);
        try
        {
            using BlockDevice device = BlockDevice.Restore(state, new BlockArgs(other));
            using TestDriver restored = driver.Restore(device);

            Assert.Equal(8UL, restored.ReadConfig64(0));
            Assert.Equal(2u, restored.Read32(0x60));
            Assert.Equal(Ok, Request(restored, In, 7, driver.Memory.Writable(512)).Status);
        }
        finally
        {
            File.Delete(other);
        }
    }

    private static BlockDevice Device(TestDriver driver) => (BlockDevice)driver.Transport.Device;

    private TestDriver Start(
        bool isReadOnly = false, BlockCacheType cache = BlockCacheType.Unsafe, string id = "drive")
    {
        TestDriver driver = new TestDriver(new BlockDevice(new BlockOptions(id, _path, isReadOnly, cache))).Start();
        _drivers.Add(driver);
        return driver;
    }

    private static (byte Status, uint Written) Request(
        TestDriver driver, uint type, ulong sector, params GuestBuffer[] data)
    {
        byte[] header = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), sector);
        GuestBuffer status = driver.Memory.Writable(1);
        driver.Memory.Write(status.Address, [0xee]);
        ushort head = driver.Queues[0].Add([driver.Memory.Readable(header), .. data, status]);
        uint written = driver.Complete(0, head);
        return (driver.Memory.Read(status)[0], written);
    }
}
