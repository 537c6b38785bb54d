using Thaw.Protocol;

namespace Thaw.Worker.Tests.Fakes;

/// <summary>A frame that came to a fake agent, and what to answer it with.</summary>
internal sealed record FakeExchange(FakeMonitor Monitor, Frame Frame, FrameWriter Writer, Stream Stream);
