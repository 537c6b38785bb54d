using System.Collections.Concurrent;
using Thaw.Protocol;
using Thaw.Worker;

namespace Thaw.ControlPlane.Tests;

/// <summary>A worker that does what a test tells it to.</summary>
internal sealed class FakeFunctionHost : IFunctionHost
{
    public FakeFunctionChecks Checks { get; } = new();

    IFunctionChecks IFunctionHost.Checks => Checks;

    public ConcurrentQueue<InvokeOrder> Orders { get; } = new();

    public ConcurrentQueue<(string Function, string? Version, bool Snapshots)> Retired { get; } = new();

    public ConcurrentQueue<FunctionSpec> Published { get; } = new();

    public Func<InvokeOrder, CancellationToken, Task<InvokeOutcome>> OnInvoke { get; set; } =
        (order, _) => Task.FromResult(Echo(order));

    public Func<FunctionSpec, CancellationToken, Task<PublishOutcome>> OnPublish { get; set; } =
        (_, _) => Task.FromResult(new PublishOutcome
        {
            Boot = TimeSpan.FromMilliseconds(3),
            Init = TimeSpan.FromMilliseconds(2),
            Snapshot = TimeSpan.FromMilliseconds(1),
            SnapshotId = "00112233445566778899aabbccddeeff",
            SizeBytes = 4096,
        });

    public ConcurrentQueue<string> RemovedSnapshots { get; } = new();

    public FakeSnapshotTree SnapshotTree { get; } = new();

    public ISnapshotTree Tree => SnapshotTree;

    public List<SnapshotSummary> Snapshots { get; } = [];

    public WorkerStatus Status { get; set; } = new()
    {
        Microvms = 0,
        MicrovmsMax = 4,
        Idle = 0,
        Queued = 0,
        MemoryMib = 0,
        MemoryMibMax = 1024,
        PooledMonitors = 0,
        Restores = 0,
        StartRetries = 0,
    };

    public IReadOnlyCollection<string> Runtimes { get; set; } = ["python3.13"];

    public static InvokeOutcome Echo(InvokeOrder order) => new()
    {
        Payload = order.Payload,
        LogTail = "START\nEND\n"u8.ToArray(),
        StartKind = order.Spec.SnapStart ? StartKind.Restore : StartKind.Cold,
        CloneId = order.Spec.SnapStart ? "3f0c9a52-7b1e-4e0f-8f39-0f6f3a1c2d4e" : null,
        Variant = order.Spec.Variants > 1 ? order.Spec.Variants : null,
        MicrovmId = "m1",
        ReadyAfter = TimeSpan.FromMilliseconds(1.5),
        AnswerAfter = TimeSpan.FromMilliseconds(2.25),
        CpuTime = TimeSpan.FromMilliseconds(12),
        PrivateBytes = 1_234_567,
        Restore = order.Spec.SnapStart ? new RestoreTimings { EntropyUs = 7, TotalUs = 1200 } : null,
    };

    /// <summary>The first variant's layer is what <see cref="OnPublish"/> says; the others count on from it.</summary>
    public async Task<IReadOnlyList<PublishOutcome>> PublishAsync(
        FunctionSpec spec, CancellationToken cancellationToken)
    {
        Published.Enqueue(spec);
        PublishOutcome first = await OnPublish(spec, cancellationToken);
        return
        [
            first,
            .. Enumerable.Range(2, spec.Variants - 1).Select(
                variant => first with { SnapshotId = $"{variant:x2}{first.SnapshotId[2..]}" }),
        ];
    }

    public async Task<InvokeOutcome> InvokeAsync(InvokeOrder order, CancellationToken cancellationToken)
    {
        Orders.Enqueue(order);
        return await OnInvoke(order, cancellationToken);
    }

    public Task RetireAsync(string functionName, string? version, bool removeSnapshots)
    {
        Retired.Enqueue((functionName, version, removeSnapshots));
        return Task.CompletedTask;
    }

    public ConcurrentQueue<(string Function, string Version, SnapshotCompaction Compaction)> Moved { get; } = new();

    public Task MoveSnapshotAsync(string functionName, string version, SnapshotCompaction compaction)
    {
        Moved.Enqueue((functionName, version, compaction));
        return Task.CompletedTask;
    }

    public Task RemoveSnapshotAsync(string snapshotId)
    {
        RemovedSnapshots.Enqueue(snapshotId);
        return Task.CompletedTask;
    }

    public IReadOnlyList<SnapshotSummary> ListSnapshots() => Snapshots;

    public IReadOnlyList<MicrovmFailure> ListFailures() =>
        [new("m7", "hello", "1", DateTimeOffset.UnixEpoch, WorkerFault.BootFailed, "It did not boot.", "Kernel panic")];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
