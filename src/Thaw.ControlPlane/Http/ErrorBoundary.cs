using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Http;

/// <summary>Gives every request its id, and turns what goes wrong into errors in AWS's form.</summary>
internal sealed partial class ErrorBoundary(RequestDelegate next, ILogger<ErrorBoundary> logger)
{
    private const string RequestIdHeader = "x-amzn-RequestId";

    /// <summary>The id that the request was given.</summary>
    internal static string RequestIdOf(HttpContext context) => context.Response.Headers[RequestIdHeader].ToString();

    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers[RequestIdHeader] = Guid.NewGuid().ToString();
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { StatusCode: 404 or 405, HasStarted: false, ContentLength: null })
            {
                await WriteAsync(context, new LambdaException(
                    404, "UnknownOperationException",
                    $"There is no operation {context.Request.Method} {context.Request.Path}.")).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more.
            context.Abort();
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Translate(failure)).ConfigureAwait(false);
        }
    }

    private LambdaException Translate(Exception failure)
    {
        switch (failure)
        {
            case LambdaException known:
                return known;
            case WorkerException worker:
                return LambdaError.From(worker);
            case BadHttpRequestException { StatusCode: 413 } bad:
                return new LambdaException(413, "RequestTooLargeException", bad.Message, bad);
            case BadHttpRequestException bad:
                return LambdaError.InvalidContent(bad.Message, bad);
            default:
                LogBroken(failure);
                return LambdaError.Service("Service encountered an internal error.", failure);
        }
    }

    private static Task WriteAsync(HttpContext context, LambdaException error)
    {
        context.Response.Headers["x-amzn-errortype"] = error.ErrorType;
        return Response.WriteJsonAsync(context, error.StatusCode, new LambdaErrorBody
        {
            Type = error.StatusCode >= 500 ? "Service" : "User",
            Message = error.Message,
            Reason = error.Reason,
            Console = error.Console,
        }, LambdaJsonContext.Default.LambdaErrorBody);
    }

    [LoggerMessage(LogLevel.Error, "A request broke")]
    private partial void LogBroken(Exception failure);
}
