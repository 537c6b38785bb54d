using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors;
using Thaw.Worker.Monitors.Wire;

namespace Thaw.Worker.Snapshots;

/// <summary>Brings a microVM to rest and writes it down.</summary>
internal sealed class SnapshotTaker(WorkerOptions options)
{
    /// <summary>
    /// Takes a full snapshot: the store finds out what of it is the parent's. The microVM is of no use afterwards.
    /// </summary>
    /// <exception cref="WorkerException">It did not come to rest, or could not be written.</exception>
    internal async Task TakeAsync(
        BootedMicrovm microvm, SnapshotPaths target, CancellationToken cancellationToken)
    {
        await QuiesceAsync(microvm.Agent, cancellationToken).ConfigureAwait(false);
        // Connections do not outlive a snapshot: better closed than reset.
        await microvm.Agent.DisposeAsync().ConfigureAwait(false);
        await WriteAsync(microvm.Monitor, target, cancellationToken).ConfigureAwait(false);
    }

    private async Task QuiesceAsync(AgentConnection agent, CancellationToken cancellationToken)
    {
        Quiesce quiesce = new() { TimeoutMs = (int)options.QuiesceTimeout.TotalMilliseconds };
        try
        {
            if (await agent.AskAsync<Quiesced>(
                quiesce, default, null, options.QuiesceTimeout + options.AgentGrace, cancellationToken)
                .ConfigureAwait(false) is null)
            {
                throw new WorkerException(
                    WorkerFault.QuiesceFailed,
                    $"The function did not come to rest within {options.QuiesceTimeout.TotalSeconds:F0} s.");
            }
        }
        catch (WorkerException failure) when (failure.FunctionError is { } error)
        {
            throw new WorkerException(
                WorkerFault.QuiesceFailed, $"The function could not be brought to rest: {error.ErrorMessage}", failure);
        }
    }

    private async Task WriteAsync(IMonitor monitor, SnapshotPaths target, CancellationToken cancellationToken)
    {
        await monitor.Client.PatchAsync(
            "/vm", new VmState { State = VmState.Paused }, MonitorJsonContext.Default.VmState, cancellationToken)
            .ConfigureAwait(false);
        await monitor.Client.PutAsync(
            "/snapshot/create",
            new SnapshotCreate { SnapshotPath = target.State, MemFilePath = target.Memory },
            MonitorJsonContext.Default.SnapshotCreate, options.SnapshotTimeout, cancellationToken)
            .ConfigureAwait(false);
    }
}
