namespace Thaw.ControlPlane;

/// <summary>Bounds on what callers send and on what the service keeps. Lambda's, where Lambda has one.</summary>
public static class ServiceLimits
{
    /// <summary>The largest event of a synchronous invocation, in bytes.</summary>
    public const int PayloadSizeBytesMax = 6 * 1024 * 1024;

    /// <summary>The largest event of an asynchronous invocation, in bytes.</summary>
    public const int EventPayloadSizeBytesMax = 1024 * 1024;

    /// <summary>The largest request that brings a deployment package, in bytes.</summary>
    public const int CodeRequestSizeBytesMax = 70_167_211;

    /// <summary>The largest other request, in bytes.</summary>
    public const int RequestSizeBytesMax = 1024 * 1024;

    /// <summary>The largest deployment package, in bytes.</summary>
    public const int CodeSizeBytesMax = 50 * 1024 * 1024;

    /// <summary>The most that all deployment packages may take, in bytes.</summary>
    public const long CodeStorageBytesMax = 75L * 1024 * 1024 * 1024;

    /// <summary>The longest function name, in characters.</summary>
    public const int FunctionNameLengthMax = 64;

    /// <summary>The longest handler, in characters.</summary>
    public const int HandlerLengthMax = 128;

    /// <summary>The longest description, in characters.</summary>
    public const int DescriptionLengthMax = 256;

    /// <summary>The most that environment variables may take together, in bytes.</summary>
    public const int EnvironmentSizeBytesMax = 4 * 1024;

    /// <summary>The least memory of a function in MiB.</summary>
    public const int MemorySizeMbMin = 128;

    /// <summary>The most memory of a function in MiB.</summary>
    public const int MemorySizeMbMax = 3008;

    /// <summary>The longest time limit of an invocation, in seconds.</summary>
    public const int TimeoutSecondsMax = 900;

    /// <summary>The most functions or versions on one page.</summary>
    public const int PageSizeMax = 50;

    /// <summary>The most asynchronous invocations that wait.</summary>
    public const int QueuedEventsMax = 1000;

    /// <summary>The most asynchronous invocations at once.</summary>
    public const int ConcurrentEventsMax = 16;

    /// <summary>The most publications that wait.</summary>
    public const int QueuedPublicationsMax = 64;

    /// <summary>The most invocation records kept.</summary>
    public const int InvocationRecordsMax = 10_000;

    /// <summary>The most invocation records given at once.</summary>
    public const int InvocationPageMax = 1000;
}
