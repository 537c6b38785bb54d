namespace Thaw.Protocol;

/// <summary>The values of <see cref="InvokeDone.ErrorKind"/>.</summary>
public static class InvokeErrorKind
{
    /// <summary>The handler raised an error.</summary>
    public const string Unhandled = "Unhandled";

    /// <summary>The handler ran past its time limit; the function was killed.</summary>
    public const string Timeout = "Timeout";

    /// <summary>The response is larger than <see cref="ProtocolLimits.PayloadSizeBytesMax"/>.</summary>
    public const string ResponseTooLarge = "ResponseTooLarge";

    /// <summary>The function's process ended during the invocation.</summary>
    public const string ExitError = "Runtime.ExitError";

    /// <summary>The function can't take an invocation in its present state.</summary>
    public const string NotReady = "NotReady";
}
