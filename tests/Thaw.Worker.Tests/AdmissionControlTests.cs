using Thaw.Worker.Scheduling;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests;

public sealed class AdmissionControlTests
{
    private static readonly FunctionKey s_hello = new("hello", "1", "r");
    private static readonly FunctionKey s_other = new("other", "1", "r");
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Enter_UpToTheLimits_GivesRoomAtOnce()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 2, memoryMibMax: 100);

        Admission<Machine> first = await Enter(admission, s_hello, memoryMib: 50);
        Admission<Machine> second = await Enter(admission, s_hello, memoryMib: 50);
        Task<Admission<Machine>> third = Enter(admission, s_hello, memoryMib: 1);

        Assert.NotNull(first.Lease);
        Assert.NotNull(second.Lease);
        Assert.False(third.IsCompleted);
        Assert.Equal((2, 0, 100, 1), admission.Counts);
    }

    [Fact]
    public async Task Release_WithRequestsWaiting_AdmitsThemInOrder()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 1);
        Lease lease = (await Enter(admission, s_hello)).Lease!;
        Task<Admission<Machine>> second = Enter(admission, s_hello);
        Task<Admission<Machine>> third = Enter(admission, s_hello);

        admission.Release(lease);

        Assert.NotNull((await second).Lease);
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task Release_Twice_CountsOnce()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 2);
        Lease lease = (await Enter(admission, s_hello)).Lease!;
        await Enter(admission, s_hello);

        admission.Release(lease);
        admission.Release(lease);

        Assert.Equal(1, admission.Counts.Microvms);
    }

    [Fact]
    public async Task Release_WhileTheFirstWaiterDoesNotFit_LetsNobodyPass()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 10, memoryMibMax: 100);
        Lease small = (await Enter(admission, s_hello, memoryMib: 10)).Lease!;
        await Enter(admission, s_hello, memoryMib: 80);
        Task<Admission<Machine>> large = Enter(admission, s_hello, memoryMib: 60);
        Task<Admission<Machine>> tiny = Enter(admission, s_hello, memoryMib: 1);

        admission.Release(small);

        Assert.False(large.IsCompleted);
        Assert.False(tiny.IsCompleted);
    }

    [Fact]
    public async Task TryKeep_WithAWaiterForTheSameFunction_HandsTheMicrovmOver()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 1);
        Machine machine = new(s_hello, (await Enter(admission, s_hello)).Lease!);
        Task<Admission<Machine>> other = Enter(admission, s_other);
        Task<Admission<Machine>> same = Enter(admission, s_hello);

        Assert.True(admission.TryKeep(machine));

        Assert.Same(machine, (await same).Idle);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task TryKeep_WithAWaiterForAnother_MakesRoom()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 1);
        Machine machine = new(s_hello, (await Enter(admission, s_hello)).Lease!);
        Task<Admission<Machine>> other = Enter(admission, s_other);

        Assert.False(admission.TryKeep(machine));
        admission.Release(machine.Lease);

        Assert.NotNull((await other).Lease);
    }

    [Fact]
    public async Task TryKeep_WithAWaiterThatWantsAFreshOne_MakesRoom()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 1);
        Machine machine = new(s_hello, (await Enter(admission, s_hello)).Lease!);
        Task<Admission<Machine>> fresh = Enter(admission, s_hello, acceptsIdle: false);

        Assert.False(admission.TryKeep(machine));
        admission.Release(machine.Lease);

        Assert.NotNull((await fresh).Lease);
    }

    [Fact]
    public async Task TryKeep_BeyondTheIdleLimitOfAVersion_IsRefused()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 10);
        Machine[] machines = [await NewMachine(admission, s_hello), await NewMachine(admission, s_hello),
            await NewMachine(admission, s_hello), await NewMachine(admission, s_other)];

        Assert.Equal([true, true, false, true], machines.Select(admission.TryKeep));
    }

    [Fact]
    public async Task TryKeep_OfADeadMicrovm_IsRefused()
    {
        AdmissionControl<Machine> admission = New();
        Machine machine = await NewMachine(admission, s_hello);
        machine.IsUsable = false;

        Assert.False(admission.TryKeep(machine));
    }

    [Fact]
    public async Task TryKeep_WhereIdleOnesHaveDied_KeepsALivingOneInTheirPlace()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 10);
        Machine[] full = [await NewMachine(admission, s_hello), await NewMachine(admission, s_hello)];
        Machine living = await NewMachine(admission, s_hello);
        Assert.All(full, machine => Assert.True(admission.TryKeep(machine)));

        full[0].IsUsable = false;

        Assert.True(admission.TryKeep(living));
    }

    [Fact]
    public async Task Enter_WithIdleMicrovms_TakesTheOneThatServedLast()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 10);
        Machine early = await NewMachine(admission, s_hello);
        Machine late = await NewMachine(admission, s_hello);
        admission.TryKeep(early);
        admission.TryKeep(late);

        Assert.Same(late, (await Enter(admission, s_hello)).Idle);
        Assert.Same(early, (await Enter(admission, s_hello)).Idle);
        Assert.Equal((2, 0), (admission.Counts.Microvms, admission.Counts.Idle));
    }

    [Fact]
    public async Task Enter_OfAnotherRevision_DoesNotTakeTheIdleOne()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 10);
        admission.TryKeep(await NewMachine(admission, s_hello));

        Assert.Null((await Enter(admission, s_hello with { RevisionId = "new" })).Idle);
    }

    [Fact]
    public async Task Enter_WithoutRoomButIdleMicrovms_EvictsThoseIdleLongest()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 3);
        Machine early = await NewMachine(admission, s_hello);
        Machine late = await NewMachine(admission, s_hello);
        await Enter(admission, s_other);
        admission.TryKeep(early);
        admission.TryKeep(late);

        Admission<Machine> admitted = await Enter(admission, s_other);

        Assert.Equal([early], admitted.Evicted);
        Assert.NotNull(admitted.Lease);
        Assert.Equal((3, 1), (admission.Counts.Microvms, admission.Counts.Idle));
        admission.Release(early.Lease);
        Assert.Equal(3, admission.Counts.Microvms);
    }

    [Fact]
    public async Task Enter_ThatCouldNotFitEvenIfAllIdleWent_EvictsNobody()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 10, memoryMibMax: 100);
        Machine idle = await NewMachine(admission, s_hello, memoryMib: 10);
        await Enter(admission, s_other, memoryMib: 60);
        admission.TryKeep(idle);

        Task<Admission<Machine>> waiting = Enter(admission, s_other, memoryMib: 50);

        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, admission.Counts.Idle);
    }

    [Fact]
    public async Task Enter_ThatNeverFits_IsRefusedAtOnce()
    {
        AdmissionControl<Machine> admission = New(memoryMibMax: 100);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => Enter(admission, s_hello, memoryMib: 101));

        Assert.Equal(WorkerFault.TooLarge, failure.Fault);
    }

    [Fact]
    public async Task Enter_WithAFullQueue_IsThrottled()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 1, queuedMax: 1);
        await Enter(admission, s_hello);
        _ = Enter(admission, s_hello);

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => Enter(admission, s_hello));

        Assert.Equal(WorkerFault.Throttled, failure.Fault);
    }

    [Fact]
    public async Task Enter_ThatWaitsTooLong_IsThrottledAndLeavesTheQueue()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 1);
        await Enter(admission, s_hello);
        Task<Admission<Machine>> waiting = Enter(admission, s_hello);

        _time.Advance(TimeSpan.FromSeconds(60));
        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => waiting);

        Assert.Equal(WorkerFault.Throttled, failure.Fault);
        Assert.Equal(0, admission.Counts.Queued);
    }

    [Fact]
    public async Task Enter_ThatIsCancelled_LeavesTheQueue()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 1);
        Lease lease = (await Enter(admission, s_hello)).Lease!;
        using CancellationTokenSource cancellation = new();
        Task<Admission<Machine>> waiting = admission.EnterAsync(s_hello, 1, true, cancellation.Token);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        admission.Release(lease);

        Assert.Equal((0, 0), (admission.Counts.Microvms, admission.Counts.Queued));
    }

    [Fact]
    public async Task TakeIdle_ByAge_TakesThoseIdleThatLongAndTheDead()
    {
        AdmissionControl<Machine> admission = New(microvmsMax: 10);
        Machine old = await NewMachine(admission, s_hello);
        Machine young = await NewMachine(admission, s_hello);
        Machine dead = await NewMachine(admission, s_other);
        admission.TryKeep(old);
        _time.Advance(TimeSpan.FromSeconds(10));
        admission.TryKeep(young);
        admission.TryKeep(dead);
        dead.IsUsable = false;

        Assert.Equal([old, dead], admission.TakeIdle((_, idleFor) => idleFor >= TimeSpan.FromSeconds(10)));
        Assert.Equal(1, admission.Counts.Idle);
    }

    private static async Task<Machine> NewMachine(
        AdmissionControl<Machine> admission, FunctionKey key, int memoryMib = 1)
    {
        Admission<Machine> admitted = await Enter(admission, key, memoryMib, acceptsIdle: false);
        return new Machine(key, admitted.Lease!);
    }

    private static Task<Admission<Machine>> Enter(
        AdmissionControl<Machine> admission, FunctionKey key, int memoryMib = 1, bool acceptsIdle = true) =>
        admission.EnterAsync(key, memoryMib, acceptsIdle, TestContext.Current.CancellationToken);

    private AdmissionControl<Machine> New(int microvmsMax = 4, int memoryMibMax = 1000, int queuedMax = 10) => new(
        new WorkerOptions
        {
            DataDirectory = "",
            ImagesDirectory = "",
            MonitorPath = "",
            MicrovmsMax = microvmsMax,
            MemoryMibMax = memoryMibMax,
            QueuedMax = queuedMax,
            IdlePerVersionMax = 2,
        }, _time);

    private sealed class Machine(FunctionKey key, Lease lease) : IReusable
    {
        public FunctionKey Key { get; } = key;

        public Lease Lease { get; } = lease;

        public bool IsUsable { get; set; } = true;
    }
}
