using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Functions;

/// <summary>Whose memory it is, for checks.</summary>
public sealed class SessionMappingsTests
{
    private static readonly Locate s_locate = new() { TimeoutMs = 1000 };

    [Fact]
    public async Task Locate_AfterAnAnswer_FreezesTheFunctionFirst()
    {
        using SessionBench bench = new();
        bench.ProcessMemory.Memory = new MappedMemory(
            [new MappedRegion(12, "python3.13", 0x1000, "rw-p", "[heap]")], [new MappedRun(0, 0, 7, 1)]);
        bench.ProcessMemory.IsTruncated = true;
        await bench.BringToRunning();
        bench.Session.PostResponse("r-1", "1"u8.ToArray(), 1);
        _ = bench.Output.Take<InvokeDone>();
        bench.Journal.Clear();

        bench.Session.Locate(s_locate);

        (Located located, ReadOnlyMemory<byte> body) = bench.Output.Take<Located>();
        Assert.True(located.IsTruncated);
        Assert.Equal(bench.ProcessMemory.Memory.Encode(), body.ToArray());
        Assert.Equal(["freeze", "Located"], bench.Journal.Entries);
        bench.Session.Invoke(SessionBench.Request("r-2"), "{}"u8.ToArray());
        Assert.Equal(InvokeErrorKind.NotReady, bench.Output.Take<InvokeDone>().Message.ErrorKind);
    }

    [Fact]
    public async Task Locate_WhileTheFunctionIsAtWork_IsRefusedAndItGoesOn()
    {
        using SessionBench bench = new();
        await bench.BringToRunning();
        bench.Journal.Clear();

        bench.Session.Locate(s_locate);

        Assert.Equal("locate", bench.Output.Take<Failed>().Message.Step);
        Assert.DoesNotContain("freeze", bench.Journal.Entries);
        bench.Session.PostResponse("r-1", "1"u8.ToArray(), 1);
        Assert.True(bench.Output.Take<InvokeDone>().Message.Ok);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Locate_WithALimitOutOfBounds_IsRefused(int timeoutMs)
    {
        using SessionBench bench = new();

        bench.Session.Locate(new Locate { TimeoutMs = timeoutMs });

        Assert.Equal("InvalidState", bench.Output.Take<Failed>().Message.Error.ErrorType);
    }

    [Fact]
    public async Task Locate_ThatTheKernelRefuses_SaysSo()
    {
        using SessionBench bench = new();
        Task<ApiAnswer> next = bench.BringToNext();
        bench.ProcessMemory.Failure = new IOException("no pagemap here");

        bench.Session.Locate(s_locate);

        Assert.Contains(
            "no pagemap", bench.Output.Take<Failed>().Message.Error.ErrorMessage, StringComparison.Ordinal);
        bench.Session.End();
        Assert.Equal(ApiAnswer.Closed, await next);
    }
}
