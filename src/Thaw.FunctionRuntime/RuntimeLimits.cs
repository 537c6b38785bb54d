namespace Thaw.FunctionRuntime;

/// <summary>Bounds on what the runtime takes from others.</summary>
internal static class RuntimeLimits
{
    /// <summary>The Runtime API's status line and headers.</summary>
    internal const int HeadBytesMax = 1 << 20;

    /// <summary>An event; the agent's own bound is lower.</summary>
    internal const int BodyBytesMax = 64 << 20;

    /// <summary>What a header tells of an error's type.</summary>
    internal const int ErrorTypeHeaderMax = 256;

    /// <summary>Inner exceptions that an error names.</summary>
    internal const int CausesMax = 8;

    /// <summary>Lines of a stack that an error names.</summary>
    internal const int StackLinesMax = 256;
}
