using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>An invocation on its way to the runtime or in its hands.</summary>
/// <param name="Request">The host's frame header.</param>
/// <param name="Event">The event, as JSON.</param>
/// <param name="ReceivedNs">When it came, by the monotonic clock.</param>
internal sealed record Invocation(Invoke Request, ReadOnlyMemory<byte> Event, long ReceivedNs);
