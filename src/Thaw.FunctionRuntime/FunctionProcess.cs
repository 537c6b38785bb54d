using System.Globalization;
using System.Text.Json;
using Thaw.FunctionRuntime.Api;
using Thaw.FunctionRuntime.Clones;
using Thaw.FunctionRuntime.Faults;
using Thaw.FunctionRuntime.Handlers;
using Thaw.Functions;

namespace Thaw.FunctionRuntime;

/// <summary>The life of a function: init, the snapshot if there is one, events.</summary>
internal sealed class FunctionProcess(RuntimeClient client)
{
    private const int Failed = 1;

    /// <summary>Runs until the Runtime API goes away.</summary>
    /// <returns>The exit code of a function that could not be started.</returns>
    internal int Run()
    {
        Handler handler;
        try
        {
            handler = Handler.Load(
                FunctionVariables.Get(FunctionVariables.Handler), FunctionVariables.Get(FunctionVariables.TaskRoot));
        }
        catch (Exception error)
        {
            Report(client.PostInitError, new ErrorDocument(error));
            return Failed;
        }

        if (FunctionVariables.HasSnapStart && !TryBecomeClone())
        {
            return Failed;
        }

        while (true)
        {
            HandleOne(handler);
        }
    }

    /// <summary>Runs hooks around the moment in which the snapshot is taken.</summary>
    private bool TryBecomeClone()
    {
        try
        {
            Wait(SnapshotRestore.RunBeforeSnapshotAsync());
            Flush();
            WarmUp.Run();
        }
        catch (Exception error)
        {
            Report(client.PostInitError, new ErrorDocument(error, Fault.BeforeSnapshotError));
            return false;
        }

        client.NextRestore();
        try
        {
            RestoreGeneration.Advance();
            OpenSslReseed.Run();
            Wait(SnapshotRestore.RunAfterRestoreAsync());
            Flush();
        }
        catch (Exception error)
        {
            Report(client.PostRestoreError, new ErrorDocument(error, Fault.AfterRestoreError));
            return false;
        }

        return true;
    }

    private void HandleOne(Handler handler)
    {
        ApiAnswer invocation = client.NextInvocation();
        string requestId = invocation.Header("Lambda-Runtime-Aws-Request-Id");
        string traceId = invocation.Header("Lambda-Runtime-Trace-Id");
        Environment.SetEnvironmentVariable(FunctionVariables.TraceId, traceId.Length > 0 ? traceId : null);
        byte[] response;
        try
        {
            response = handler.Call(invocation.Body, ContextOf(invocation));
        }
        catch (Exception error)
        {
            Report((body, type) => client.PostError(requestId, body, type), new ErrorDocument(error));
            return;
        }

        Flush();
        client.PostResponse(requestId, response);
    }

    private static FunctionContext ContextOf(ApiAnswer invocation)
    {
        (string? identityId, string? poolId) = Identity(invocation.Header("Lambda-Runtime-Cognito-Identity"));
        return new FunctionContext(Deadline(invocation.Header("Lambda-Runtime-Deadline-Ms")))
        {
            AwsRequestId = invocation.Header("Lambda-Runtime-Aws-Request-Id"),
            InvokedFunctionArn = invocation.Header("Lambda-Runtime-Invoked-Function-Arn"),
            FunctionName = FunctionVariables.Get("AWS_LAMBDA_FUNCTION_NAME"),
            FunctionVersion = FunctionVariables.Get("AWS_LAMBDA_FUNCTION_VERSION"),
            MemoryLimitInMB = int.TryParse(
                FunctionVariables.Get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), CultureInfo.InvariantCulture, out int size)
                ? size : 0,
            LogGroupName = Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_GROUP_NAME"),
            LogStreamName = Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_STREAM_NAME"),
            ClientContext = NullIfEmpty(invocation.Header("Lambda-Runtime-Client-Context")),
            CognitoIdentityId = identityId,
            CognitoIdentityPoolId = poolId,
        };
    }

    private static DateTimeOffset Deadline(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out long ms)
        && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() && ms >= 0
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : DateTimeOffset.MaxValue;

    private static (string? Id, string? PoolId) Identity(string json)
    {
        if (json.Length == 0)
        {
            return (null, null);
        }

        using JsonDocument document = JsonDocument.Parse(json);
        return (Text("cognitoIdentityId"), Text("cognitoIdentityPoolId"));

        string? Text(string name) =>
            document.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
    }

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;

    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private static void Flush()
    {
        Console.Out.Flush();
        Console.Error.Flush();
    }

    private delegate void ErrorPost(ReadOnlySpan<byte> body, string errorType);

    private static void Report(ErrorPost post, ErrorDocument document)
    {
        Console.Out.WriteLine(document);
        Flush();
        post(document.ToJson(), document.ErrorType);
    }
}
