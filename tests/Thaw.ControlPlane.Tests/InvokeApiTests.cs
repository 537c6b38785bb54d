using System.Net;
using System.Text;
using System.Text.Json;
using Thaw.Worker;
using static Thaw.ControlPlane.Tests.Service;

namespace Thaw.ControlPlane.Tests;

public sealed class InvokeApiTests
{
    [Fact]
    public async Task Invoke_OfASnapStartVersion_AnswersPayloadAndThawsHeaders()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await service.PublishAsync("hello");

        Answer answer = await service.InvokeAsync(
            "hello:1", """{"name":"x"}""", ("X-Amz-Log-Type", "Tail"), ("X-Thaw-Fresh", "1"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("""{"name":"x"}""", answer.Text);
        Assert.Equal("1", answer.Headers["X-Amz-Executed-Version"]);
        Assert.Equal("restore", answer.Headers["X-Thaw-Start-Kind"]);
        Assert.Equal("3f0c9a52-7b1e-4e0f-8f39-0f6f3a1c2d4e", answer.Headers["X-Thaw-Clone-Id"]);
        Assert.Equal("1.500", answer.Headers["X-Thaw-Restore-Ms"]);
        Assert.Equal("2.250", answer.Headers["X-Thaw-Answer-Ms"]);
        Assert.Equal("12.000", answer.Headers["X-Thaw-Cpu-Ms"]);
        Assert.Equal("1234567", answer.Headers["X-Thaw-Private-Bytes"]);
        Assert.Equal(
            "START\nEND\n", Encoding.UTF8.GetString(Convert.FromBase64String(answer.Headers["X-Amz-Log-Result"])));
        Assert.False(answer.Headers.ContainsKey("X-Amz-Function-Error"));
        InvokeOrder order = Assert.Single(service.Host.Orders);
        Assert.True(order.Fresh);
        Assert.True(order.Spec.SnapStart);
        Assert.Equal(answer.Headers["x-amzn-RequestId"], order.RequestId);
    }

    [Fact]
    public async Task Invoke_OfLatestWithSnapStart_NeverUsesASnapshot()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);

        Answer answer = await service.InvokeAsync("hello", "");

        Assert.Equal("{}", answer.Text);
        Assert.Equal("cold", answer.Headers["X-Thaw-Start-Kind"]);
        Assert.Equal("$LATEST", answer.Headers["X-Amz-Executed-Version"]);
        Assert.False(Assert.Single(service.Host.Orders).Spec.SnapStart);
    }

    [Fact]
    public async Task Invoke_WhenTheHandlerThrows_IsStatus200WithFunctionError()
    {
        await using Service service = await StartAsync();
        service.Host.OnInvoke = (order, _) => Task.FromResult(FakeFunctionHost.Echo(order) with
        {
            FunctionError = "Unhandled",
            Payload = """{"errorMessage":"no","errorType":"ValueError"}"""u8.ToArray(),
        });
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync("hello", "{}");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("Unhandled", answer.Headers["X-Amz-Function-Error"]);
        Assert.Equal("ValueError", answer.Json.GetProperty("errorType").GetString());
    }

    [Theory]
    [InlineData(WorkerFault.Throttled, 429, "TooManyRequestsException", "User")]
    [InlineData(WorkerFault.RestoreTimedOut, 408, "SnapStartTimeoutException", "User")]
    [InlineData(WorkerFault.RestoreFailed, 400, "SnapStartException", "User")]
    [InlineData(WorkerFault.MicrovmLost, 500, "ServiceException", "Service")]
    [InlineData(WorkerFault.BootFailed, 500, "ServiceException", "Service")]
    [InlineData(WorkerFault.ImageMissing, 500, "ServiceException", "Service")]
    public async Task Invoke_WhenTheWorkerFails_AnswersLambdasError(
        WorkerFault fault, int status, string errorType, string type)
    {
        await using Service service = await StartAsync();
        service.Host.OnInvoke = (_, _) => Task.FromException<InvokeOutcome>(
            new WorkerException(fault, "What went wrong.") { Console = "Kernel panic - not syncing" });
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync("hello", "{}");

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(errorType, answer.ErrorType);
        Assert.Equal(type, answer.Json.GetProperty("Type").GetString());
        Assert.Equal("What went wrong.", answer.Message);
        Assert.Equal("Kernel panic - not syncing", answer.Json.GetProperty("Console").GetString());
        JsonElement record = (await service.SendAsync(HttpMethod.Get, "/thaw/v1/invocations")).Json
            .GetProperty("invocations")[0];
        Assert.Equal($"{fault}: What went wrong.", record.GetProperty("serviceError").GetString());
    }

    [Fact]
    public async Task Invoke_StartThatWasTriedAgain_SaysInItsRecordWhy()
    {
        await using Service service = await StartAsync();
        service.Host.OnInvoke = (order, _) => Task.FromResult(
            FakeFunctionHost.Echo(order) with { StartRetries = 1, StartRetryReason = "RestoreTimedOut: Too late." });
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync("hello", "{}");

        JsonElement record = (await service.SendAsync(HttpMethod.Get, "/thaw/v1/invocations")).Json
            .GetProperty("invocations")[0];
        Assert.Equal(200, (int)answer.Status);
        Assert.Equal(1, record.GetProperty("startRetries").GetInt32());
        Assert.Equal("RestoreTimedOut: Too late.", record.GetProperty("startRetryReason").GetString());
    }

    [Theory]
    [InlineData(6291456, 200)]
    [InlineData(6291457, 413)]
    public async Task Invoke_AtThePayloadLimit_TakesSixMebibytesAndNotOneByteMore(int sizeBytes, int status)
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");
        string payload = $"\"{new string('a', sizeBytes - 2)}\"";

        Answer answer = await service.InvokeAsync("hello", payload);

        Assert.Equal(status, (int)answer.Status);
        if (status == 413)
        {
            Assert.Equal("RequestTooLargeException", answer.ErrorType);
            Assert.Equal(
                "Request must be smaller than 6291456 bytes for the InvokeFunction operation", answer.Message);
            Assert.Empty(service.Host.Orders);
        }
    }

    [Fact]
    public async Task Invoke_WithAChunkedBodyOverTheLimit_IsRefusedAsWell()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");
        using HttpRequestMessage request = new(HttpMethod.Post, "/2015-03-31/functions/hello/invocations");
        request.Content = new StreamContent(new MemoryStream(new byte[6291457]));
        request.Headers.TransferEncodingChunked = true;

        using HttpResponseMessage response = await service.Client.SendAsync(
            request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("hello")]
    [InlineData("{} {}")]
    public async Task Invoke_WithoutJson_IsInvalidRequestContent(string payload)
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync("hello", payload);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("InvalidRequestContentException", answer.ErrorType);
    }

    [Fact]
    public async Task Invoke_AsDryRun_RunsNothing()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync("hello", "{}", ("X-Amz-Invocation-Type", "DryRun"));

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Empty(service.Host.Orders);
    }

    [Fact]
    public async Task Invoke_AsEvent_IsAcceptedAndRunsLater()
    {
        await using Service service = await StartAsync();
        TaskCompletionSource<InvokeOrder> ran = new();
        service.Host.OnInvoke = (order, _) =>
        {
            ran.TrySetResult(order);
            return Task.FromResult(FakeFunctionHost.Echo(order));
        };
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync("hello", """{"a":1}""", ("X-Amz-Invocation-Type", "Event"));

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        InvokeOrder order = await ran.Task;
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(order.Payload.Span));
    }

    [Fact]
    public async Task Invoke_AsEventOverOneMebibyte_IsRefused()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync(
            "hello", $"\"{new string('a', 1024 * 1024)}\"", ("X-Amz-Invocation-Type", "Event"));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [Fact]
    public async Task Invoke_WithAnUnknownType_IsRefused()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer answer = await service.InvokeAsync("hello", "{}", ("X-Amz-Invocation-Type", "Soon"));

        Assert.Equal("InvalidParameterValueException", answer.ErrorType);
    }

    [Fact]
    public async Task Records_AfterInvocations_AreThereNewestFirst()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await service.CreateAsync("other");
        await service.PublishAsync("hello");
        await service.InvokeAsync("hello", "{}");
        await service.InvokeAsync("hello:1", "{}");
        await service.InvokeAsync("other", "{}");

        JsonElement records = (await service.SendAsync(
            HttpMethod.Get, "/thaw/v1/invocations?FunctionName=hello")).Json.GetProperty("invocations");

        Assert.Equal(["restore", "cold"], records.EnumerateArray()
            .Select(record => record.GetProperty("startKind").GetString()));
        Assert.Equal(1.5, records[0].GetProperty("restoreMs").GetDouble());
        Assert.Equal(1_234_567, records[0].GetProperty("privateBytes").GetInt64());
        Assert.Equal(7, records[0].GetProperty("restore").GetProperty("entropyUs").GetInt64());
        Assert.False(records[1].TryGetProperty("restore", out _));
    }

    [Fact]
    public async Task Health_WithAnImpediment_Is503AndNamesIt()
    {
        await using Service service = await StartAsync();

        Answer healthy = await service.SendAsync(HttpMethod.Get, "/thaw/v1/health");
        service.Host.Status = service.Host.Status with { Impediment = "There are no images." };
        Answer impeded = await service.SendAsync(HttpMethod.Get, "/thaw/v1/health");

        Assert.Equal(HttpStatusCode.OK, healthy.Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, impeded.Status);
        Assert.Equal("There are no images.", impeded.Json.GetProperty("impediment").GetString());
    }

    [Fact]
    public async Task Failures_AfterOne_ShowItsConsole()
    {
        await using Service service = await StartAsync();

        JsonElement failure = (await service.SendAsync(HttpMethod.Get, "/thaw/v1/failures")).Json
            .GetProperty("failures")[0];

        Assert.Equal("m7", failure.GetProperty("microvmId").GetString());
        Assert.Equal("BootFailed", failure.GetProperty("fault").GetString());
        Assert.Equal("Kernel panic", failure.GetProperty("console").GetString());
    }

    [Fact]
    public async Task Info_NamesRuntimesAndTheWorkersState()
    {
        await using Service service = await StartAsync();

        JsonElement info = (await service.SendAsync(HttpMethod.Get, "/thaw/v1/info")).Json;

        Assert.Equal("python3.13", info.GetProperty("runtimes")[0].GetString());
        Assert.Equal(4, info.GetProperty("worker").GetProperty("microvmsMax").GetInt32());
    }
}
