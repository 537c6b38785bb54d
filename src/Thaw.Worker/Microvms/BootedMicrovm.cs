using Thaw.Worker.Agents;
using Thaw.Worker.Monitors;

namespace Thaw.Worker.Microvms;

/// <summary>A microVM whose agent is up, and has no function yet.</summary>
/// <param name="Monitor">Its monitor.</param>
/// <param name="Agent">The control connection.</param>
/// <param name="Boot">How long booting took.</param>
internal sealed record BootedMicrovm(IMonitor Monitor, AgentConnection Agent, TimeSpan Boot);
