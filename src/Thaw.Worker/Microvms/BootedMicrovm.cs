using Thaw.Worker.Agents;
using Thaw.Worker.Monitors;

namespace Thaw.Worker.Microvms;

/// <summary>A microVM whose agent is up, and has no function yet.</summary>
/// <param name="Monitor">Its monitor.</param>
/// <param name="Agent">The control connection.</param>
/// <param name="Boot">How long booting took.</param>
internal sealed record BootedMicrovm(IMonitor Monitor, AgentConnection Agent, TimeSpan Boot)
{
    /// <summary>Works with it, and ends it.</summary>
    /// <param name="failures">Gets a failure, with what the console said.</param>
    /// <param name="key">What it is for.</param>
    /// <param name="work">What to do.</param>
    /// <exception cref="WorkerException">The work failed; it is in the log.</exception>
    internal async Task<T> UseAsync<T>(FailureLog failures, FunctionKey key, Func<Task<T>> work)
    {
        await using (Monitor.ConfigureAwait(false))
        await using (Agent.ConfigureAwait(false))
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (WorkerException failure)
            {
                throw await failures.ReportAsync(Monitor, key, failure).ConfigureAwait(false);
            }
        }
    }
}
