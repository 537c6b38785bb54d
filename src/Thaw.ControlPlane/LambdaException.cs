namespace Thaw.ControlPlane;

/// <summary>A request ends with an error in AWS's form.</summary>
public sealed class LambdaException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="statusCode">The HTTP status.</param>
    /// <param name="errorType">The error's name on the wire.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What caused it.</param>
    public LambdaException(int statusCode, string errorType, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        StatusCode = statusCode;
        ErrorType = errorType;
    }

    /// <summary>The HTTP status.</summary>
    public int StatusCode { get; }

    /// <summary>The error's name on the wire.</summary>
    public string ErrorType { get; }

    /// <summary>The end of a microVM's console, where one failed.</summary>
    public string? Console { get; init; }

    /// <summary>Why a request was throttled.</summary>
    public string? Reason { get; init; }
}
