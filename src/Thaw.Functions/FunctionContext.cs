namespace Thaw.Functions;

/// <summary>What a handler is told beside its event. A handler that wants it has a parameter of this type.</summary>
public sealed class FunctionContext
{
    private readonly DateTimeOffset _deadline;

    /// <summary>The context of an invocation that has to end at a time.</summary>
    public FunctionContext(DateTimeOffset deadline)
    {
        _deadline = deadline;
    }

    /// <summary>The invocation's id.</summary>
    public string AwsRequestId { get; init; } = "";

    /// <summary>The name that the function was invoked by.</summary>
    public string InvokedFunctionArn { get; init; } = "";

    /// <summary>The function's name.</summary>
    public string FunctionName { get; init; } = "";

    /// <summary>The function's version.</summary>
    public string FunctionVersion { get; init; } = "";

    /// <summary>The memory that the function has.</summary>
    public int MemoryLimitInMB { get; init; }

    /// <summary>The log group; null for functions with SnapStart.</summary>
    public string? LogGroupName { get; init; }

    /// <summary>The log stream; null for functions with SnapStart.</summary>
    public string? LogStreamName { get; init; }

    /// <summary>What the client sent as its context: JSON; null if nothing.</summary>
    public string? ClientContext { get; init; }

    /// <summary>The caller's identity as Cognito knows it; null if none was sent.</summary>
    public string? CognitoIdentityId { get; init; }

    /// <summary>The pool of that identity.</summary>
    public string? CognitoIdentityPoolId { get; init; }

    /// <summary>How long the handler may still run.</summary>
    public TimeSpan RemainingTime
    {
        get
        {
            TimeSpan left = _deadline - TimeProvider.System.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
