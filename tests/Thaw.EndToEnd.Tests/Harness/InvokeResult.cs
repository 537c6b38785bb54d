using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Harness;

/// <summary>What came back from an invoke.</summary>
internal sealed record InvokeResult
{
    /// <summary>The HTTP status.</summary>
    public required HttpStatusCode Status { get; init; }

    /// <summary>The headers by name.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body.</summary>
    public required byte[] Body { get; init; }

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The body as an object.</summary>
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    /// <summary><c>Unhandled</c> where the function failed.</summary>
    public string? FunctionError => Headers.GetValueOrDefault("X-Amz-Function-Error");

    /// <summary>The exception's name where the service could not.</summary>
    public string? ErrorType => Headers.GetValueOrDefault("x-amzn-errortype");

    /// <summary><c>cold</c>, <c>restore</c> or <c>warm</c>.</summary>
    public string? StartKind => Headers.GetValueOrDefault("X-Thaw-Start-Kind");

    /// <summary>The clone's id.</summary>
    public string? CloneId => Headers.GetValueOrDefault("X-Thaw-Clone-Id");

    /// <summary>The invocation's id.</summary>
    public string RequestId => Headers["X-Amzn-RequestId"];

    /// <summary>From the request to the function's answer, in milliseconds.</summary>
    public double AnswerMs => double.Parse(Headers["X-Thaw-Answer-Ms"], CultureInfo.InvariantCulture);

    /// <summary>How often the start was tried again.</summary>
    public int StartRetries =>
        int.Parse(Headers.GetValueOrDefault("X-Thaw-Start-Retries", "0"), CultureInfo.InvariantCulture);

    /// <summary>The log's end, decoded.</summary>
    public string Log => Encoding.UTF8.GetString(Convert.FromBase64String(Headers["X-Amz-Log-Result"]));

    /// <summary>Requires that the function answered.</summary>
    public InvokeResult Succeeded()
    {
        Assert.True(Status == HttpStatusCode.OK && FunctionError is null, $"{(int)Status} {Shortened}");
        return this;
    }

    /// <summary>Requires that the function failed, and not the service.</summary>
    public JsonObject FailedInFunction()
    {
        Assert.True(Status == HttpStatusCode.OK && FunctionError == "Unhandled", $"{(int)Status} {Shortened}");
        return Json;
    }

    /// <summary>Requires that the service refused, with this exception.</summary>
    /// <returns>The message and what else it said.</returns>
    public string Refused(HttpStatusCode status, string errorType)
    {
        Assert.True(Status == status && ErrorType == errorType, $"{(int)Status} {ErrorType} {Shortened}");
        return Text;
    }

    private string Shortened => Text.Length > 2000 ? Text[..2000] + "..." : Text;
}
