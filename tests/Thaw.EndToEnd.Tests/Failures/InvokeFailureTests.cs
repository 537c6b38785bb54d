using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>Handlers and events that go wrong.</summary>
public sealed class InvokeFailureTests(ThawFixture thaw)
{
    private const int PayloadBytesMax = 6 * 1024 * 1024;

    [Fact]
    public async Task HandlerThatThrows_GivesLambdasErrorShape_AndTheCloneGoesOn()
    {
        InvokeResult failed = await InvokeAsync(new JsonObject { ["do"] = "fail" }, withLog: true);
        InvokeResult next = await InvokeAsync(new JsonObject { ["do"] = "describe" });

        JsonObject error = failed.FailedInFunction();
        Assert.Equal("ValueError", error["errorType"]!.GetValue<string>());
        Assert.Equal("a deliberate failure", error["errorMessage"]!.GetValue<string>());
        Assert.Contains("probe.py", error["stackTrace"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("a deliberate failure", failed.Log, StringComparison.Ordinal);
        Assert.Equal("warm", next.Succeeded().StartKind);
        Assert.Equal(failed.CloneId, next.CloneId);
    }

    [Fact]
    public async Task HandlerThatExits_IsReported_AndTheNextInvocationHasAnotherClone()
    {
        InvokeResult failed = await InvokeAsync(new JsonObject { ["do"] = "end", ["code"] = 7 });
        InvokeResult next = await InvokeAsync(new JsonObject { ["do"] = "describe" });

        JsonObject error = failed.FailedInFunction();
        Assert.Equal("Runtime.ExitError", error["errorType"]!.GetValue<string>());
        Assert.Contains("7", error["errorMessage"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEqual(failed.CloneId, next.Succeeded().CloneId);
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("spin")]
    public async Task HandlerPastItsTimeLimit_IsEnded_AndTheNextInvocationHasAnotherClone(string way)
    {
        InvokeResult failed = await InvokeAsync(new JsonObject { ["do"] = way, ["seconds"] = 600 });
        InvokeResult next = await InvokeAsync(new JsonObject { ["do"] = "describe" });

        JsonObject error = failed.FailedInFunction();
        Assert.Equal("Sandbox.Timedout", error["errorType"]!.GetValue<string>());
        Assert.Contains(
            $"Task timed out after {ThawFixture.ProbeTimeoutSeconds}.00 seconds",
            error["errorMessage"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEqual(failed.CloneId, next.Succeeded().CloneId);
    }

    [Fact]
    public async Task ResponseOfSixMebibytes_Arrives_AndOneByteMoreIsRefused()
    {
        InvokeResult most = await InvokeAsync(new JsonObject { ["do"] = "answer", ["bytes"] = PayloadBytesMax });
        InvokeResult over = await InvokeAsync(new JsonObject { ["do"] = "answer", ["bytes"] = PayloadBytesMax + 1 });
        InvokeResult next = await InvokeAsync(new JsonObject { ["do"] = "describe" });

        Assert.Equal(PayloadBytesMax, most.Succeeded().Body.Length);
        Assert.Equal((byte)'x', most.Body[PayloadBytesMax / 2]);
        Assert.Equal(
            "Function.ResponseSizeTooLarge", over.FailedInFunction()["errorType"]!.GetValue<string>());
        next.Succeeded();
    }

    [Fact]
    public async Task EventOfSixMebibytes_Arrives_AndOneByteMoreIsRefused()
    {
        InvokeResult most = await InvokeAsync(EventOf(PayloadBytesMax));
        InvokeResult over = await InvokeAsync(EventOf(PayloadBytesMax + 1));

        Assert.Equal(PayloadBytesMax, most.Succeeded().Json["bytes"]!.GetValue<int>());
        string message = over.Refused(HttpStatusCode.RequestEntityTooLarge, "RequestTooLargeException");
        Assert.Contains($"{PayloadBytesMax}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EventThatIsNoJson_IsRefused()
    {
        using var content = new StringContent("{\"do\": ");

        InvokeResult refused = await InvokeAsync(content);

        refused.Refused(HttpStatusCode.BadRequest, "InvalidRequestContentException");
    }

    [Fact]
    public async Task UnknownFunction_IsNotFound()
    {
        await thaw.ServeAsync();

        InvokeResult refused = await thaw.Functions.InvokeAsync("nobody", "1", new JsonObject());

        string message = refused.Refused(HttpStatusCode.NotFound, "ResourceNotFoundException");
        Assert.Contains("nobody", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondFunctionOfOneName_IsRefused()
    {
        await thaw.ProbeVersionAsync();

        (HttpStatusCode status, JsonObject answer) = await thaw.Functions.TryCreateAsync(
            ThawFixture.Probe, "bad_init.py");

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains(ThawFixture.Probe, answer["Message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(
            "probe.handler",
            (await thaw.Functions.ConfigurationAsync(ThawFixture.Probe, "$LATEST"))["Handler"]!.GetValue<string>());
    }

    private static StringContent EventOf(int bytes)
    {
        const string Before = "{\"do\":\"measure\",\"data\":\"";
        const string After = "\"}";
        return new StringContent(
            Before + new string('y', bytes - Before.Length - After.Length) + After, Encoding.UTF8, "application/json");
    }

    private async Task<InvokeResult> InvokeAsync(JsonObject payload, bool withLog = false) =>
        await thaw.Functions.InvokeAsync(
            ThawFixture.Probe, await thaw.ProbeVersionAsync(), payload, withLog: withLog);

    private async Task<InvokeResult> InvokeAsync(HttpContent payload) =>
        await thaw.Functions.InvokeAsync(ThawFixture.Probe, await thaw.ProbeVersionAsync(), payload);
}
