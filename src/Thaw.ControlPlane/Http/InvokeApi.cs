using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Thaw.ControlPlane.Functions;
using Thaw.Worker;

namespace Thaw.ControlPlane.Http;

/// <summary>Invocations over HTTP, with Lambda's path and headers.</summary>
internal sealed class InvokeApi(FunctionService functions, Invoker invoker, EventQueue events, TimeProvider time)
{
    /// <summary>The longest client context that is decoded, in base64 characters; Lambda's limit.</summary>
    private const int ClientContextLengthMax = 3583;

    internal void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/2015-03-31/functions/{name}/invocations", InvokeAsync);

    private async Task InvokeAsync(HttpContext context)
    {
        long received = time.GetTimestamp();
        string type = HeaderOf(context, "X-Amz-Invocation-Type") ?? "RequestResponse";
        if (type is not ("RequestResponse" or "Event" or "DryRun"))
        {
            throw LambdaError.Invalid(
                $"Value '{type}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: "
                + "[Event, RequestResponse, DryRun]");
        }
        FunctionReference reference = FunctionsApi.ReferenceOf(context);
        int sizeMax = type == "Event" ? ServiceLimits.EventPayloadSizeBytesMax : ServiceLimits.PayloadSizeBytesMax;
        ReadOnlyMemory<byte> payload = RequestBody.CheckEvent(
            await RequestBody.ReadAsync(context, sizeMax, "InvokeFunction").ConfigureAwait(false));
        FunctionVersion version = invoker.Resolve(reference);
        context.Response.Headers["X-Amz-Executed-Version"] = version.Name;
        InvokeOrder order = new()
        {
            Spec = functions.SpecOf(version),
            RequestId = ErrorBoundary.RequestIdOf(context),
            Payload = payload,
            Fresh = HeaderOf(context, "X-Thaw-Fresh") is "1" or "true",
            ReceivedTimestamp = received,
            TraceId = HeaderOf(context, "X-Amzn-Trace-Id"),
            ClientContext = DecodeClientContext(HeaderOf(context, "X-Amz-Client-Context")),
        };
        switch (type)
        {
            case "DryRun":
                context.Response.StatusCode = 204;
                return;
            case "Event":
                events.Enqueue(version, order);
                context.Response.StatusCode = 202;
                return;
            default:
                InvokeOutcome outcome = await invoker.InvokeAsync(version, order, context.RequestAborted)
                    .ConfigureAwait(false);
                bool wantsLog = HeaderOf(context, "X-Amz-Log-Type") == "Tail";
                WriteHeaders(context.Response.Headers, outcome, wantsLog);
                await Response.WriteAsync(context, 200, outcome.Payload).ConfigureAwait(false);
                return;
        }
    }

    private static void WriteHeaders(IHeaderDictionary headers, InvokeOutcome outcome, bool wantsLog)
    {
        if (outcome.FunctionError is not null)
        {
            headers["X-Amz-Function-Error"] = outcome.FunctionError;
        }
        if (wantsLog)
        {
            headers["X-Amz-Log-Result"] = Convert.ToBase64String(outcome.LogTail.Span);
        }
        if (outcome.CloneId is not null)
        {
            headers["X-Thaw-Clone-Id"] = outcome.CloneId;
        }
        if (outcome.Variant is { } variant)
        {
            headers["X-Thaw-Variant"] = variant.ToString(CultureInfo.InvariantCulture);
        }
        headers["X-Thaw-Start-Kind"] = Invoker.NameOf(outcome.StartKind);
        headers["X-Thaw-Restore-Ms"] = Milliseconds(outcome.ReadyAfter);
        headers["X-Thaw-Answer-Ms"] = Milliseconds(outcome.AnswerAfter);
        if (outcome.CpuTime is { } cpu)
        {
            headers["X-Thaw-Cpu-Ms"] = Milliseconds(cpu);
        }
        if (outcome.PrivateBytes is { } bytes)
        {
            headers["X-Thaw-Private-Bytes"] = bytes.ToString(CultureInfo.InvariantCulture);
        }
        if (outcome.StartRetries > 0)
        {
            headers["X-Thaw-Start-Retries"] = outcome.StartRetries.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static string Milliseconds(TimeSpan span) =>
        span.TotalMilliseconds.ToString("F3", CultureInfo.InvariantCulture);

    private static string? HeaderOf(HttpContext context, string name) =>
        context.Request.Headers[name] is { Count: > 0 } values ? values[0] : null;

    private static string? DecodeClientContext(string? base64)
    {
        if (string.IsNullOrEmpty(base64))
        {
            return null;
        }
        byte[] bytes = new byte[ClientContextLengthMax];
        return base64.Length <= ClientContextLengthMax && Convert.TryFromBase64String(base64, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw LambdaError.InvalidContent("Client context must be a valid Base64-encoded JSON object.");
    }
}
