using System.Globalization;
using System.Text;

namespace Thaw.FunctionRuntime.Api;

/// <summary>Calls the Lambda Runtime API (2018-06-01); blocks as long as that does.</summary>
internal sealed class RuntimeClient(ApiConnection connection)
{
    private const string Root = "/2018-06-01/runtime/";
    private const string Start = "/thaw/runtime/start";
    private const int Ok = 200;
    private const int Accepted = 202;
    private const int TooLarge = 413;

    /// <summary>Waits for an invocation.</summary>
    internal ApiAnswer NextInvocation() => Get(Root + "invocation/next");

    /// <summary>Waits until this is a clone that may run.</summary>
    internal void NextRestore() => Get(Root + "restore/next");

    /// <summary>Waits for the function that this runtime is for: its environment.</summary>
    internal IReadOnlyDictionary<string, string> NextStart()
    {
        string variables = Encoding.UTF8.GetString(Get(Start).Body);
        return variables.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);
    }

    /// <summary>Answers an invocation. A response that is too large was reported by the API itself.</summary>
    internal void PostResponse(string requestId, ReadOnlySpan<byte> body)
    {
        ApiAnswer answer = connection.Call("POST", $"{Root}invocation/{requestId}/response", body);
        Require(answer, "the response", Accepted, TooLarge);
    }

    /// <summary>Answers an invocation with an error.</summary>
    internal void PostError(string requestId, ReadOnlySpan<byte> body, string errorType) =>
        PostErrorTo($"invocation/{requestId}/error", body, errorType);

    /// <summary>Says that init failed.</summary>
    internal void PostInitError(ReadOnlySpan<byte> body, string errorType) =>
        PostErrorTo("init/error", body, errorType);

    /// <summary>Says that after-restore hooks failed.</summary>
    internal void PostRestoreError(ReadOnlySpan<byte> body, string errorType) =>
        PostErrorTo("restore/error", body, errorType);

    private void PostErrorTo(string path, ReadOnlySpan<byte> body, string errorType)
    {
        string header = $"Lambda-Runtime-Function-Error-Type: {HeaderValue(errorType)}\r\n";
        Require(connection.Call("POST", Root + path, body, header), path, Accepted);
    }

    private ApiAnswer Get(string path)
    {
        ApiAnswer answer = connection.Call("GET", path, default);
        Require(answer, path, Ok);
        return answer;
    }

    private static void Require(ApiAnswer answer, string what, params ReadOnlySpan<int> expected)
    {
        if (!expected.Contains(answer.Status))
        {
            string status = answer.Status.ToString(CultureInfo.InvariantCulture);
            throw new RuntimeApiException(
                $"The Runtime API answered {what} with {status}: {Encoding.UTF8.GetString(answer.Body)}");
        }
    }

    private static string HeaderValue(string text)
    {
        string printable = string.Concat(text.Where(character => character is >= ' ' and <= '~'));
        return printable[..Math.Min(printable.Length, RuntimeLimits.ErrorTypeHeaderMax)];
    }
}
