using System.Text;
using System.Text.Json;
using Thaw.Linux;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Protocol;

namespace Thaw.Pager.Tests.Clones;

/// <summary>What a monitor that its guest took over may send.</summary>
public sealed class HostileMonitorTests : IDisposable
{
    private const ulong Bytes = 256 * 4096;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly RunningPager _pager = new();

    public void Dispose() => _pager.Dispose();

    [Theory]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("{\"base_host_virt_addr\":4096,\"size\":4096,\"offset\":0,\"page_size\":4096}")]
    [InlineData("[{\"base_host_virt_addr\":4096,\"size\":4096,\"offset\":1048576,\"page_size\":4096}]")]
    [InlineData("[{\"base_host_virt_addr\":4096,\"size\":18446744073709547520,\"offset\":4096,\"page_size\":4096}]")]
    [InlineData("[{\"base_host_virt_addr\":18446744073709547520,\"size\":8192,\"offset\":0,\"page_size\":4096}]")]
    [InlineData("[{\"base_host_virt_addr\":4097,\"size\":4096,\"offset\":0,\"page_size\":4096}]")]
    [InlineData("[{\"base_host_virt_addr\":4096,\"size\":0,\"offset\":0,\"page_size\":4096}]")]
    [InlineData("[{\"base_host_virt_addr\":4096,\"size\":4096,\"offset\":0,\"page_size\":2097152}]")]
    [InlineData("[{\"base_host_virt_addr\":-4096,\"size\":4096,\"offset\":0}]")]
    [InlineData("[{\"base_host_virt_addr\":4096,\"size\":8192,\"offset\":0},"
        + "{\"base_host_virt_addr\":8192,\"size\":4096,\"offset\":0}]")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    public async Task HandOff_MappingsThatCannotBe_EndTheStartAndNothingElse(string list)
    {
        PagerStartStats start = await StartAsync();
        using Userfaultfd faults = Userfaultfd.Create();
        using FramedSocket socket = FramedSocket.Connect(start.Socket!);

        socket.SendRaw(Encoding.UTF8.GetBytes(list), [faults], s_timeout);
        socket.Socket.Shutdown(receive: false, send: true);

        await AssertFailedAsync(start);
    }

    [Fact]
    public async Task HandOff_DescriptorThatIsNoUserfaultfd_IsRefused()
    {
        PagerStartStats start = await StartAsync();
        using EventFd other = EventFd.Create();
        using FramedSocket socket = FramedSocket.Connect(start.Socket!);

        byte[] list = ListOf(new MemoryMapping { BaseHostVirtAddr = 4096, Size = Bytes, Offset = 0 });
        socket.SendRaw(list, [other], s_timeout);

        await AssertFailedAsync(start);
    }

    [Fact]
    public async Task HandOff_NoDescriptorOrTwo_IsRefused()
    {
        using Userfaultfd one = Userfaultfd.Create();
        using Userfaultfd two = Userfaultfd.Create();
        byte[] list = ListOf(new MemoryMapping { BaseHostVirtAddr = 4096, Size = Bytes, Offset = 0 });
        PagerStartStats none = await StartAsync();
        PagerStartStats both = await StartAsync();
        using FramedSocket withNone = FramedSocket.Connect(none.Socket!);
        using FramedSocket withBoth = FramedSocket.Connect(both.Socket!);

        withNone.SendRaw(list, [], s_timeout);
        withBoth.SendRaw(list, [one, two], s_timeout);

        await AssertFailedAsync(none);
        await AssertFailedAsync(both);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("{\"memory_bytes\":-1}")]
    [InlineData("{\"memory_bytes\":4096}")]
    public async Task HandOff_SharedImagesRequestThatCannotBe_GetsNoImages(string request)
    {
        PagerStartStats start = await StartAsync();
        using FramedSocket socket = FramedSocket.Connect(start.Socket!);

        socket.SendRaw(PagerProtocol.Magic, [], s_timeout);
        socket.Send(Encoding.UTF8.GetBytes(request), [], s_timeout);

        await AssertFailedAsync(start);
        List<SafeFd> images = [];
        try
        {
            socket.Receive(PagerProtocol.MessageBytesMax, images, s_timeout);
        }
        catch (LinuxException e)
        {
            Assert.Equal(Errno.ECONNRESET, e.Errno);
        }
        Assert.Empty(images);
    }

    [Fact]
    public async Task HandOff_LengthOfTwoGigabytes_IsRefusedBeforeAnythingIsAllocated()
    {
        PagerStartStats start = await StartAsync();
        using FramedSocket socket = FramedSocket.Connect(start.Socket!);

        socket.SendRaw([.. PagerProtocol.Magic, 0xff, 0xff, 0xff, 0x7f], [], s_timeout);

        await AssertFailedAsync(start);
    }

    [Fact]
    public async Task Images_InAMonitorsHands_CannotBeWrittenOrResized()
    {
        PagerStartStats start = await StartAsync();
        using FramedSocket socket = FramedSocket.Connect(start.Socket!);
        socket.SendRaw(PagerProtocol.Magic, [], s_timeout);
        SharedMemoryRequest request = new() { MemoryBytes = Bytes };
        socket.Send(
            JsonSerializer.SerializeToUtf8Bytes(request, PagingJsonContext.Default.SharedMemoryRequest), [], s_timeout);
        List<SafeFd> images = [];
        socket.Receive(PagerProtocol.MessageBytesMax, images, s_timeout);

        SafeFd image = Assert.Single(images);

        Assert.Equal(Errno.EPERM, image.TryWriteAt([1], 0, out _));
        Assert.Throws<LinuxException>(() => image.SetLength(0));
        Assert.Throws<LinuxException>(() => SafeMappingHandle.SharedFile(image, 0, 4096, writable: true));
        using SafeMappingHandle own = SafeMappingHandle.PrivateFile(image, 0, 4096);
        image.Dispose();
    }

    [Fact]
    public async Task Socket_SecondMonitor_FindsNobody()
    {
        PagerStartStats start = await StartAsync();
        using TestClone clone = RunningPager.Connect(start);

        LinuxException refused = Assert.Throws<LinuxException>(() => FramedSocket.Connect(start.Socket!));

        Assert.Contains(refused.Errno, new[] { Errno.ENOENT, Errno.ECONNREFUSED });
    }

    private static byte[] ListOf(params IReadOnlyList<MemoryMapping> mappings) =>
        JsonSerializer.SerializeToUtf8Bytes(mappings, PagingJsonContext.Default.IReadOnlyListMemoryMapping);

    private async Task<PagerStartStats> StartAsync()
    {
        _pager.Memories.Add("f", LayeredMemory.Full(256));
        return await _pager.StartAsync(await _pager.OpenAsync("f"));
    }

    private async Task AssertFailedAsync(PagerStartStats start)
    {
        using CancellationTokenSource limit = new(RunningPager.Patience);
        while (true)
        {
            PagerAnswer answer = await _pager.AskAsync(
                new PagerRequest { Operation = PagerOperation.Stats, Start = start.Start });
            if (answer.Start!.State == PagerStartState.Failed)
            {
                Assert.NotNull(answer.Start.Error);
                break;
            }
            Assert.False(limit.IsCancellationRequested, $"It stayed {answer.Start}.");
            await Task.Yield();
        }
        using TestClone other = await _pager.CloneAsync("f");
        Assert.NotEqual(new byte[4096], other.Read(1));
    }
}
