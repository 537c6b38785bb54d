using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Thaw.Protocol;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

public sealed class ColdInvocationTests
{
    [Fact]
    public async Task Invoke_OfLatest_BootsConfiguresAndAnswers()
    {
        await using FakeWorld world = new();
        await world.StartAsync();

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec(), """{"a":1}""");

        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(outcome.Payload.Span));
        Assert.Equal(StartKind.Cold, outcome.StartKind);
        Assert.Null(outcome.FunctionError);
        Assert.Null(outcome.CloneId);
        Assert.Equal(4096, outcome.PrivateBytes);
        Assert.True(outcome.AnswerAfter >= outcome.ReadyAfter);
        FakeMonitor monitor = Assert.Single(world.Monitors);
        Assert.Equal(
            [
                "PUT /machine-config", "PUT /boot-source", "PUT /pmem/root", "PUT /drives/code", "PUT /vsock",
                "PUT /entropy", "PUT /actions",
            ],
            monitor.Requests.Select(request => request.Request));
        Configure configure = monitor.Messages.OfType<Configure>().Single();
        Assert.Equal(700, configure.CodeSizeBytes);
        Assert.False(configure.SnapStart);
        JsonElement drive = monitor.Requests.Single(request => request.Request == "PUT /drives/code").Body;
        Assert.True(drive.GetProperty("is_read_only").GetBoolean());
        Assert.Equal(1024, new FileInfo(drive.GetProperty("path_on_host").GetString()!).Length);
        JsonElement machine = monitor.Requests.Single(request => request.Request == "PUT /machine-config").Body;
        Assert.Equal(320, machine.GetProperty("mem_size_mib").GetInt32());
    }

    [Fact]
    public async Task Invoke_WithOutput_GivesItsTailBetweenStartAndReport()
    {
        await using FakeWorld world = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is Invoke)
            {
                await exchange.Writer.WriteAsync(
                    new LogOutput { Stream = "stdout" }, Encoding.UTF8.GetBytes(new string('x', 5000) + "the end\n"));
            }
            return false;
        };
        await world.StartAsync();

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec());

        string log = Encoding.UTF8.GetString(outcome.LogTail.Span);
        Assert.Equal(4096, log.Length);
        Assert.Contains("xthe end\nEND RequestId: ", log, StringComparison.Ordinal);
        Assert.Matches(@"REPORT RequestId: .*Memory Size: 128 MB\tMax Memory Used: 33 MB\tInit Duration: ", log);
    }

    [Fact]
    public async Task Invoke_Again_IsWarmAndCountsOnlyItsOwnCpuTime()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        InvokeOutcome first = await world.InvokeAsync(world.Spec());

        InvokeOutcome second = await world.InvokeAsync(world.Spec());

        Assert.Equal(StartKind.Warm, second.StartKind);
        Assert.Equal(first.MicrovmId, second.MicrovmId);
        Assert.Equal(TimeSpan.FromMilliseconds(20), first.CpuTime);
        Assert.Equal(TimeSpan.FromMilliseconds(10), second.CpuTime);
        Assert.Single(world.Monitors);
    }

    [Fact]
    public async Task Invoke_Fresh_StartsAnotherAndEndsItAfterwards()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        await world.InvokeAsync(world.Spec());

        InvokeOutcome fresh = await world.InvokeAsync(world.Spec(), fresh: true);

        Assert.Equal(StartKind.Cold, fresh.StartKind);
        FakeMonitor used = world.Monitors.Single(monitor => monitor.Id == fresh.MicrovmId);
        Assert.Equal(137, await used.Exited);
        Assert.NotEqual(2, world.Worker.Status.Idle);
    }

    [Fact]
    public async Task Invoke_WhenTheHandlerThrew_GivesTheRuntimesErrorAndKeepsTheMicrovm()
    {
        await using FakeWorld world = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Invoke invoke)
            {
                return false;
            }
            await exchange.Writer.WriteAsync(new InvokeDone
            {
                RequestId = invoke.RequestId,
                Ok = false,
                Reusable = true,
                ErrorKind = InvokeErrorKind.Unhandled,
                Error = new FunctionError("ValueError", "no"),
            }, """{"errorType":"ValueError","errorMessage":"no","stackTrace":["a"]}"""u8.ToArray());
            return true;
        };
        await world.StartAsync();

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec());

        Assert.Equal("Unhandled", outcome.FunctionError);
        Assert.Contains(
            "\"stackTrace\":[\"a\"]", Encoding.UTF8.GetString(outcome.Payload.Span), StringComparison.Ordinal);
        Assert.Equal(1, world.Worker.Status.Idle);
    }

    [Fact]
    public async Task Invoke_WhenInitFails_IsAFunctionErrorAndNothingIsLeft()
    {
        await using FakeWorld world = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Configure)
            {
                return false;
            }
            await exchange.Writer.WriteAsync(new InitDone
            {
                Ok = false,
                Error = new FunctionError("Runtime.ImportModuleError", "No module named 'nothing'"),
            });
            return true;
        };
        await world.StartAsync();

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec());

        Assert.Equal("Unhandled", outcome.FunctionError);
        using JsonDocument error = JsonDocument.Parse(outcome.Payload);
        Assert.Equal("Runtime.ImportModuleError", error.RootElement.GetProperty("errorType").GetString());
        Assert.Equal(137, await Assert.Single(world.Monitors).Exited);
        Assert.Equal(0, world.Worker.Status.Microvms);
    }

    [Fact]
    public async Task Invoke_WhenTheMonitorIsKilledMeanwhile_FailsAndTheNextOneWorks()
    {
        await using FakeWorld world = new();
        bool kill = true;
        world.OnFrame = exchange =>
        {
            if (exchange.Frame.Message is Invoke && kill)
            {
                kill = false;
                exchange.Monitor.Console.Append("last words\n"u8);
                exchange.Monitor.Die(137);
                return Task.FromResult(true);
            }
            return Task.FromResult(false);
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));
        InvokeOutcome next = await world.InvokeAsync(world.Spec());

        Assert.Equal(WorkerFault.MicrovmLost, failure.Fault);
        Assert.Contains("exit code 137", failure.Message, StringComparison.Ordinal);
        Assert.Equal("last words", failure.Console);
        Assert.Equal(StartKind.Cold, next.StartKind);
        Assert.Equal(2, world.Monitors.Count);
        Assert.Equal("last words", Assert.Single(world.Worker.ListFailures()).Console);
    }

    [Fact]
    public async Task Invoke_WhenTheMonitorDiedWhileIdle_StartsAnother()
    {
        await using FakeWorld world = new();
        await world.StartAsync();
        await world.InvokeAsync(world.Spec());
        Assert.Single(world.Monitors).Die(1);

        InvokeOutcome outcome = await world.InvokeAsync(world.Spec());

        Assert.Equal(StartKind.Cold, outcome.StartKind);
    }

    [Fact]
    public async Task Invoke_WhenTheFunctionEndedWhileIdle_StartsAnother()
    {
        await using FakeWorld world = new();
        FakeExchange? last = null;
        world.OnFrame = exchange =>
        {
            last = exchange;
            return Task.FromResult(false);
        };
        await world.StartAsync();
        InvokeOutcome first = await world.InvokeAsync(world.Spec());
        await last!.Writer.WriteAsync(new LogOutput { Stream = "stdout" }, "bye\n"u8.ToArray());
        await last.Writer.WriteAsync(
            new Failed { Step = "function", Error = new FunctionError("Runtime.ExitError", "exit status 1") });

        InvokeOutcome second = await world.InvokeAsync(world.Spec());

        Assert.Equal(StartKind.Cold, second.StartKind);
        Assert.NotEqual(first.MicrovmId, second.MicrovmId);
        Assert.Contains("bye\n", Encoding.UTF8.GetString(second.LogTail.Span), StringComparison.Ordinal);
        Assert.Equal(137, await world.Monitors.First().Exited);
    }

    [Fact]
    public async Task Invoke_WithOutputFromBetweenInvocations_ShowsItInTheNextLog()
    {
        await using FakeWorld world = new();
        FakeExchange? last = null;
        world.OnFrame = exchange =>
        {
            last = exchange;
            return Task.FromResult(false);
        };
        await world.StartAsync();
        await world.InvokeAsync(world.Spec());
        await last!.Writer.WriteAsync(new LogOutput { Stream = "stdout" }, "in between\n"u8.ToArray());

        InvokeOutcome second = await world.InvokeAsync(world.Spec());

        Assert.Equal(StartKind.Warm, second.StartKind);
        Assert.StartsWith("in between\nSTART", Encoding.UTF8.GetString(second.LogTail.Span), StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Nonsense => new()
    {
        { "truncated", [40, 0, 0, 0, 3, 1] },
        { "oversized", Length(ProtocolLimits.FrameSizeBytesMax + 1) },
        { "empty", Length(0) },
        { "unknown kind", [.. Length(10), 0xFF, 0x7F, 0, 0, 2, 0, 0, 0, (byte)'{', (byte)'}'] },
        { "garbage", Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n") },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Invoke_WhenTheGuestTalksNonsense_FailsAndEndsTheMicrovm(string what, byte[] bytes)
    {
        await using FakeWorld world = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Invoke)
            {
                return false;
            }
            await exchange.Stream.WriteAsync(bytes);
            await exchange.Stream.DisposeAsync();
            return true;
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));

        Assert.True(failure.Fault == WorkerFault.MicrovmLost, what);
        Assert.Equal(137, await Assert.Single(world.Monitors).Exited);
    }

    [Fact]
    public async Task Invoke_WhenTheAnswerIsToAnotherRequest_EndsTheMicrovm()
    {
        await using FakeWorld world = new();
        world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Invoke)
            {
                return false;
            }
            await exchange.Writer.WriteAsync(new InvokeDone { RequestId = "other", Ok = true, Reusable = true });
            return true;
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));

        Assert.Equal(WorkerFault.MicrovmLost, failure.Fault);
        Assert.Equal(137, await Assert.Single(world.Monitors).Exited);
    }

    [Fact]
    public async Task Invoke_WhenTheAgentNeverAnswers_TimesOutAndEndsTheMicrovm()
    {
        ManualTime time = new();
        await using FakeWorld world = new() { Time = time };
        TaskCompletionSource asked = new();
        world.OnFrame = exchange =>
        {
            bool isInvoke = exchange.Frame.Message is Invoke;
            if (isInvoke)
            {
                asked.SetResult();
            }
            return Task.FromResult(isInvoke);
        };
        await world.StartAsync();

        Task<InvokeOutcome> invocation = world.InvokeAsync(world.Spec());
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.False(invocation.IsCompleted);
        time.Advance(world.Options.AgentGrace);
        InvokeOutcome outcome = await invocation;

        Assert.Equal("Unhandled", outcome.FunctionError);
        Assert.Contains("Task timed out after 3.00 seconds", Encoding.UTF8.GetString(outcome.Payload.Span),
            StringComparison.Ordinal);
        Assert.Equal(137, await Assert.Single(world.Monitors).Exited);
    }

    [Fact]
    public async Task Invoke_WhenTheGuestsKernelPanics_ReportsTheConsolesEnd()
    {
        await using FakeWorld world = new();
        world.OnBoot = monitor =>
        {
            monitor.Console.Append("[ 0.1] Kernel panic - not syncing: No working init found.\r\n\x1b[2J"u8);
            monitor.Die(0);
            return Task.FromResult(false);
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));

        Assert.Equal(WorkerFault.BootFailed, failure.Fault);
        Assert.Contains(
            "Kernel panic - not syncing: No working init found.", failure.Message, StringComparison.Ordinal);
        Assert.Equal("[ 0.1] Kernel panic - not syncing: No working init found.", failure.Console);
        Assert.Equal(0, world.Worker.Status.Microvms);
    }

    [Fact]
    public async Task Invoke_WhenTheGuestNeverSaysHello_GivesUpAfterTheBootTimeout()
    {
        await using FakeWorld world = new();
        world.Options = world.Options with { BootTimeout = TimeSpan.FromMilliseconds(50) };
        world.OnBoot = _ => Task.FromResult(false);
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));

        Assert.Equal(WorkerFault.BootFailed, failure.Fault);
        Assert.Contains("did not boot within 0 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WithImagesOfAnotherProtocol_SaysToBuildThemAnew()
    {
        await using FakeWorld world = new();
        world.OnHello = async stream =>
        {
            using FrameWriter writer = new(stream);
            await writer.WriteAsync(new Hello { AgentVersion = "9", ProtocolVersion = 99 });
        };
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));

        Assert.Equal(WorkerFault.BootFailed, failure.Fault);
        Assert.Contains("thaw image build", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_WhenTheMonitorRefusesADevice_SaysWhatAndWhy()
    {
        await using FakeWorld world = new();
        world.OnApi = (_, request, _) =>
            request == "PUT /pmem/root" ? (400, """{"fault_message":"Image is not aligned."}""") : null;
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));

        Assert.Equal(WorkerFault.MonitorRefused, failure.Fault);
        Assert.Contains("PUT /pmem/root", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Image is not aligned.", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.Combine(world.Options.DataDirectory, "run")));
    }

    [Theory]
    [InlineData("vmlinux")]
    [InlineData("initramfs.cpio")]
    [InlineData("python3.13.erofs")]
    [InlineData("images.json")]
    public async Task Invoke_WithAnImageMissing_NamesIt(string file)
    {
        await using FakeWorld world = new();
        File.Delete(Path.Combine(world.Images, file));
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => world.InvokeAsync(world.Spec()));

        Assert.Equal(WorkerFault.ImageMissing, failure.Fault);
        Assert.Contains("thaw image build", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, world.Worker.Status.Impediment);
        Assert.Empty(world.Monitors);
    }

    [Fact]
    public async Task Invoke_OfAnUnknownRuntime_NamesThoseThatThereAre()
    {
        await using FakeWorld world = new();
        await world.StartAsync();

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => world.InvokeAsync(world.Spec() with { Runtime = "ruby3" }));

        Assert.Contains("python3.13", failure.Message, StringComparison.Ordinal);
    }

    private static byte[] Length(int length)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return bytes;
    }
}
