using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Monitors;

namespace Thaw.Worker.Snapshots;

/// <summary>A microVM made from a snapshot, unique.</summary>
/// <param name="Monitor">Its monitor.</param>
/// <param name="Agent">The control connection.</param>
/// <param name="Id">The clone's id.</param>
/// <param name="Timings">What making it unique took in the guest.</param>
internal sealed record Clone(IMonitor Monitor, AgentConnection Agent, string Id, RestoreTimings Timings);
