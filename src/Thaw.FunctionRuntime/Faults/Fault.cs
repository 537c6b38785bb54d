namespace Thaw.FunctionRuntime.Faults;

/// <summary>An error that the runtime itself reports, in Lambda's words.</summary>
internal sealed class Fault(string errorType, string message, Exception? cause = null) : Exception(message, cause)
{
    internal const string MalformedHandlerName = "Runtime.MalformedHandlerName";
    internal const string ImportModuleError = "Runtime.ImportModuleError";
    internal const string HandlerNotFound = "Runtime.HandlerNotFound";
    internal const string InvalidHandlerSignature = "Runtime.InvalidHandlerSignature";
    internal const string UnmarshalError = "Runtime.UnmarshalError";
    internal const string MarshalError = "Runtime.MarshalError";
    internal const string BeforeSnapshotError = "Runtime.BeforeSnapshotError";
    internal const string AfterRestoreError = "Runtime.AfterRestoreError";

    /// <summary>The error's type.</summary>
    internal string ErrorType => errorType;
}
