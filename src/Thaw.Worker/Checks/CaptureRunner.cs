using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Microvms;
using Thaw.Worker.Monitors;
using Thaw.Worker.Monitors.Wire;

namespace Thaw.Worker.Checks;

/// <summary>Runs an event in a microVM of its own and writes down the memory that it had afterwards.</summary>
internal sealed class CaptureRunner(
    WorkerOptions options, MicrovmSource microvms, InvocationRunner runner, FailureLog failures, TimeProvider time)
{
    /// <summary>Runs it.</summary>
    /// <param name="spec">What to run.</param>
    /// <param name="variant">Of which of its snapshots; null where it has but one, or none.</param>
    /// <param name="payload">The event.</param>
    /// <param name="directory">Where to put the memory.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WorkerException">It could not be run, or its memory not be written.</exception>
    internal async Task<CloneCapture> RunAsync(
        FunctionSpec spec, int? variant, ReadOnlyMemory<byte> payload, string directory,
        CancellationToken cancellationToken)
    {
        InvokeOrder order = new()
        {
            Spec = spec,
            RequestId = Guid.NewGuid().ToString(),
            Payload = payload,
            Fresh = true,
            Variant = variant,
        };
        LogTail log = new();
        (Microvm microvm, StartReport start) = await microvms.GetAsync(
            order, time.GetTimestamp(), log, cancellationToken).ConfigureAwait(false);
        try
        {
            (InvokeOutcome outcome, _) = await runner.RunAsync(microvm, order, log, start, cancellationToken)
                .ConfigureAwait(false);
            string memory = Path.Combine(directory, microvm.Monitor.Id);
            await WriteMemoryAsync(microvm, memory, cancellationToken).ConfigureAwait(false);
            return new CloneCapture(outcome, memory)
            {
                Owners = microvm.CloneId is null
                    ? null : await TryLocateAsync(microvm, cancellationToken).ConfigureAwait(false),
            };
        }
        catch (WorkerException failure)
        {
            throw await failures.ReportAsync(microvm.Monitor, spec.Key, failure).ConfigureAwait(false);
        }
        finally
        {
            microvms.Return(microvm, isReusable: false);
        }
    }

    /// <summary>A clone's diff holds exactly the pages that it wrote since it was restored.</summary>
    private async Task WriteMemoryAsync(Microvm microvm, string path, CancellationToken cancellationToken)
    {
        MonitorClient client = microvm.Monitor.Client;
        await SetStateAsync(client, VmState.Paused, cancellationToken).ConfigureAwait(false);
        SnapshotCreate create = new()
        {
            SnapshotType = microvm.CloneId is null ? "Full" : "Diff",
            SnapshotPath = path + ".state",
            MemFilePath = path,
        };
        await client.PutAsync(
            "/snapshot/create", create, MonitorJsonContext.Default.SnapshotCreate, options.SnapshotTimeout,
            cancellationToken).ConfigureAwait(false);
        File.Delete(create.SnapshotPath);
    }

    /// <summary>
    /// Asks the guest whose its memory is: only now, as what its agent writes for that is in nobody's file. What the
    /// guest moved since it was paused is at most what it did in the moment before its agent froze the function.
    /// </summary>
    /// <returns>Null where the guest does not say: an older agent does not know the question.</returns>
    private async Task<MemoryOwners?> TryLocateAsync(Microvm microvm, CancellationToken cancellationToken)
    {
        try
        {
            await SetStateAsync(microvm.Monitor.Client, VmState.Resumed, cancellationToken).ConfigureAwait(false);
            Locate locate = new() { TimeoutMs = (int)options.QuiesceTimeout.TotalMilliseconds };
            (Located Message, ReadOnlyMemory<byte> Body)? answer = await microvm.Agent.AskAsync<Located>(
                locate, default, null, options.QuiesceTimeout + options.AgentGrace, cancellationToken)
                .ConfigureAwait(false);
            return answer is { } located
                ? new MemoryOwners(MappedMemory.Decode(located.Body.Span), located.Message.IsTruncated)
                : null;
        }
        catch (Exception failure) when (failure is WorkerException or ProtocolException)
        {
            // The comparison stands without it.
            return null;
        }
    }

    private static Task SetStateAsync(MonitorClient client, string state, CancellationToken cancellationToken) =>
        client.PatchAsync(
            "/vm", new VmState { State = state }, MonitorJsonContext.Default.VmState, cancellationToken);
}
