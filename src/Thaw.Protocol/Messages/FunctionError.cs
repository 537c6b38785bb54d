namespace Thaw.Protocol;

/// <summary>An error in Lambda's shape.</summary>
/// <param name="ErrorType">The error's type, such as "Runtime.ImportModuleError".</param>
/// <param name="ErrorMessage">What went wrong.</param>
public sealed record FunctionError(string ErrorType, string ErrorMessage)
{
    /// <summary>The stack, innermost last or first as the runtime has it.</summary>
    public IReadOnlyList<string> StackTrace { get; set; } = [];

    /// <summary>The same error with every text cut to what a frame's header may carry.</summary>
    public FunctionError Bounded() => this with
    {
        ErrorType = Cut(ErrorType, ProtocolLimits.StackTraceLineLengthMax),
        ErrorMessage = Cut(ErrorMessage, ProtocolLimits.ErrorMessageLengthMax),
        StackTrace = [.. StackTrace.Take(ProtocolLimits.StackTraceLinesMax)
            .Select(line => Cut(line, ProtocolLimits.StackTraceLineLengthMax))],
    };

    private static string Cut(string text, int lengthMax) =>
        text.Length <= lengthMax ? text : string.Concat(text.AsSpan(0, lengthMax - 3), "...");
}
