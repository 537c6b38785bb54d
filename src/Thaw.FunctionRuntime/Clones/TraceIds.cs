using System.Diagnostics;

namespace Thaw.FunctionRuntime.Clones;

/// <summary>Has activities draw their trace ids from <see cref="Random.Shared"/>, which clones do not share.</summary>
/// <remarks>
/// The library's own generator of ids has a state for each thread that nobody else can reach, and draws the same in all
/// clones. Where trace ids come from can be said; where span ids do cannot, which have to differ in one trace only.
/// </remarks>
internal static class TraceIds
{
    private const int Bytes = 16;

    /// <summary>Sets that. A function may set another.</summary>
    internal static void Install() => Activity.TraceIdGenerator = Create;

    private static ActivityTraceId Create()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        Random.Shared.NextBytes(bytes);
        return ActivityTraceId.CreateFromBytes(bytes);
    }
}
