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
            return new CloneCapture(outcome, memory);
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
        await client.PatchAsync(
            "/vm", new VmState { State = VmState.Paused }, MonitorJsonContext.Default.VmState, cancellationToken)
            .ConfigureAwait(false);
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
}
