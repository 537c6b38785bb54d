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
    /// <returns>What bringing it to rest took.</returns>
    /// <exception cref="WorkerException">It did not come to rest, or could not be written.</exception>
    internal async Task<Quiesced> TakeAsync(
        BootedMicrovm microvm, SnapshotPaths target, CancellationToken cancellationToken)
    {
        Quiesced quiesced = await QuiesceAsync(microvm.Agent, cancellationToken).ConfigureAwait(false);
        // Connections do not outlive a snapshot: better closed than reset.
        await microvm.Agent.DisposeAsync().ConfigureAwait(false);
        await WriteAsync(microvm.Monitor, target, cancellationToken).ConfigureAwait(false);
        return quiesced;
    }

    private async Task<Quiesced> QuiesceAsync(AgentConnection agent, CancellationToken cancellationToken)
    {
        Quiesce quiesce = new() { TimeoutMs = (int)options.QuiesceTimeout.TotalMilliseconds };
        try
        {
            (Quiesced Message, ReadOnlyMemory<byte>)? answer = await agent.AskAsync<Quiesced>(
                quiesce, default, null, options.QuiesceTimeout + options.AgentGrace, cancellationToken)
                .ConfigureAwait(false);
            return answer?.Message ?? throw new WorkerException(
                WorkerFault.QuiesceFailed,
                $"The function did not come to rest within {options.QuiesceTimeout.TotalSeconds:F0} s.");
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
