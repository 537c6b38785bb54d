using System.Text;
using Thaw.GuestAgent.Logs;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Logs;

public sealed class LogPumpTests : IDisposable
{
    private readonly FakeOutput _output = new(new Journal());
    private readonly LogPump _pump;
    private readonly SafeFd _standardOutput;
    private readonly SafeFd _standardError;

    public LogPumpTests()
    {
        _pump = new LogPump(_output);
        (SafeFd outRead, _standardOutput) = Pipe.Create(nonBlockingRead: true);
        (SafeFd errorRead, _standardError) = Pipe.Create(nonBlockingRead: true);
        _pump.Attach(outRead, errorRead);
    }

    public void Dispose()
    {
        _pump.Dispose();
        _output.Dispose();
        _standardOutput.Dispose();
        _standardError.Dispose();
    }

    [Fact]
    public void Drain_BothPipes_AreSentByName()
    {
        Write(_standardOutput, "out");
        Write(_standardError, "err");

        _pump.Drain();

        Assert.Equal(
            ["stderr:err", "stdout:out"],
            new[] { Take(), Take() }.Select(frame => $"{frame.Stream}:{frame.Text}").Order());
    }

    [Fact]
    public void Drain_NothingWritten_SendsNothing()
    {
        _pump.Drain();

        Assert.Equal(0, _output.Count);
    }

    [Fact]
    public void Drain_WithoutAHost_IsKeptForIt()
    {
        _output.IsConnected = false;
        Write(_standardOutput, "early ");
        _pump.Drain();
        Write(_standardOutput, "late");
        _pump.Drain();
        _output.IsConnected = true;

        _pump.Drain();

        Assert.Equal(("early ", "late"), (Take().Text, Take().Text));
    }

    [Fact]
    public void Drain_WithoutAHostForLong_DropsCountsAndSays()
    {
        const int ChunkBytes = 16 * 1024;
        const int Chunks = (AgentLimits.LogBufferBytesMax / ChunkBytes) + 3;
        _output.IsConnected = false;
        for (int chunk = 0; chunk < Chunks; chunk++)
        {
            Write(_standardOutput, new string('x', ChunkBytes));
            _pump.Drain();
        }
        _output.IsConnected = true;

        _pump.Drain();

        int kept = 0;
        for (int chunk = 0; chunk < Chunks - 3; chunk++)
        {
            kept += Take().Text.Length;
        }
        Assert.Equal(AgentLimits.LogBufferBytesMax, kept);
        (LogOutput last, _) = _output.Take<LogOutput>();
        Assert.Equal(("agent", 3L * ChunkBytes), (last.Stream, last.DroppedBytes));
        Assert.Equal(0, _output.Count);
    }

    [Fact]
    public void Run_PumpsByItselfAndSurvivesThePipesEnd()
    {
        Thread thread = new(_pump.Run);
        thread.Start();

        Write(_standardOutput, "by itself");
        Assert.Equal("by itself", Take().Text);
        _standardOutput.Dispose();
        Write(_standardError, "still here");
        Assert.Equal("still here", Take().Text);

        _pump.Stop();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
    }

    private static void Write(SafeFd pipe, string text)
    {
        Assert.Equal(Errno.OK, pipe.TryWrite(Encoding.UTF8.GetBytes(text), out int count));
        Assert.Equal(text.Length, count);
    }

    private (string Stream, string Text) Take()
    {
        (LogOutput frame, ReadOnlyMemory<byte> body) = _output.Take<LogOutput>();
        return (frame.Stream, Encoding.UTF8.GetString(body.Span));
    }
}
