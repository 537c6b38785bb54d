using Thaw.Worker;

namespace Thaw.ControlPlane;

/// <summary>The errors of the API, by their names on the wire.</summary>
internal static class LambdaError
{
    internal static LambdaException FunctionNotFound(string arn) => NotFound($"Function not found: {arn}");

    internal static LambdaException NotFound(string message) => new(404, "ResourceNotFoundException", message);

    internal static LambdaException Conflict(string message) => new(409, "ResourceConflictException", message);

    internal static LambdaException Invalid(string message) => new(400, "InvalidParameterValueException", message);

    internal static LambdaException InvalidContent(string message, Exception? inner = null) =>
        new(400, "InvalidRequestContentException", message, inner);

    internal static LambdaException TooLarge(long sizeMax, string operation) => new(
        413, "RequestTooLargeException", $"Request must be smaller than {sizeMax} bytes for the {operation} operation");

    internal static LambdaException Precondition() => new(
        412, "PreconditionFailedException",
        "The RevisionId provided does not match the latest RevisionId. Call the GetFunction or the "
        + "GetFunctionConfiguration API to retrieve the latest RevisionId for your resource.");

    internal static LambdaException Throttled(string message) =>
        new(429, "TooManyRequestsException", message) { Reason = "ConcurrentInvocationLimitExceeded" };

    internal static LambdaException NotReady(string message) => new(502, "ResourceNotReadyException", message);

    internal static LambdaException SnapStartNotReady() => new(
        409, "SnapStartNotReadyException",
        "Thaw is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.");

    internal static LambdaException CodeStorageExceeded() => new(
        400, "CodeStorageExceededException",
        $"Code storage limit of {ServiceLimits.CodeStorageBytesMax} bytes exceeded.");

    internal static LambdaException Service(string message, Exception? inner = null) =>
        new(500, "ServiceException", message, inner);

    /// <summary>What a failure of the worker is to the caller of an invocation.</summary>
    internal static LambdaException From(WorkerException failure)
    {
        string? console = failure.Console.Length == 0 ? null : failure.Console;
        (int status, string type) = failure.Fault switch
        {
            WorkerFault.Throttled => (429, "TooManyRequestsException"),
            WorkerFault.TooLarge => (400, "InvalidParameterValueException"),
            WorkerFault.RestoreFailed => (400, "SnapStartException"),
            WorkerFault.RestoreTimedOut => (408, "SnapStartTimeoutException"),
            WorkerFault.KeyRevoked => (502, "KMSAccessDeniedException"),
            WorkerFault.SnapshotUnknown => (404, "ResourceNotFoundException"),
            WorkerFault.ExportRefused => (400, "InvalidParameterValueException"),
            _ => (500, "ServiceException"),
        };
        return new LambdaException(status, type, failure.Message, failure)
        {
            Console = console,
            Reason = status == 429 ? "ConcurrentInvocationLimitExceeded" : null,
        };
    }
}
