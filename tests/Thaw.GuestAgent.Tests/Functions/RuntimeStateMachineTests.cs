using Thaw.GuestAgent.Functions;

namespace Thaw.GuestAgent.Tests.Functions;

public sealed class RuntimeStateMachineTests
{
    /// <summary>Every allowed step but Exit, which is allowed everywhere: (from, event) -> to.</summary>
    private static readonly Dictionary<(RuntimeState, RuntimeEvent), RuntimeState> s_allowed = new()
    {
        [(RuntimeState.Preparing, RuntimeEvent.StartNext)] = RuntimeState.Prepared,
        [(RuntimeState.Prepared, RuntimeEvent.StartNext)] = RuntimeState.Prepared,
        [(RuntimeState.Prepared, RuntimeEvent.Start)] = RuntimeState.Started,
        [(RuntimeState.Started, RuntimeEvent.Next)] = RuntimeState.Ready,
        [(RuntimeState.Started, RuntimeEvent.RestoreNext)] = RuntimeState.RestoreReady,
        [(RuntimeState.Started, RuntimeEvent.InitError)] = RuntimeState.InitError,
        [(RuntimeState.RestoreReady, RuntimeEvent.RestoreNext)] = RuntimeState.RestoreReady,
        [(RuntimeState.RestoreReady, RuntimeEvent.Restore)] = RuntimeState.Restoring,
        [(RuntimeState.Restoring, RuntimeEvent.Next)] = RuntimeState.Ready,
        [(RuntimeState.Restoring, RuntimeEvent.RestoreError)] = RuntimeState.RestoreError,
        [(RuntimeState.Ready, RuntimeEvent.Next)] = RuntimeState.Ready,
        [(RuntimeState.Ready, RuntimeEvent.Restore)] = RuntimeState.Ready,
        [(RuntimeState.Ready, RuntimeEvent.Deliver)] = RuntimeState.Running,
        [(RuntimeState.Running, RuntimeEvent.Response)] = RuntimeState.RuntimeResponseSent,
        [(RuntimeState.Running, RuntimeEvent.ErrorResponse)] = RuntimeState.RuntimeResponseSent,
        [(RuntimeState.RuntimeResponseSent, RuntimeEvent.Next)] = RuntimeState.Ready,
    };

    /// <summary>A way to each state.</summary>
    private static readonly Dictionary<RuntimeState, RuntimeEvent[]> s_ways = new()
    {
        [RuntimeState.Preparing] = [],
        [RuntimeState.Prepared] = [RuntimeEvent.StartNext],
        [RuntimeState.Started] = [],
        [RuntimeState.InitError] = [RuntimeEvent.InitError],
        [RuntimeState.RestoreReady] = [RuntimeEvent.RestoreNext],
        [RuntimeState.Restoring] = [RuntimeEvent.RestoreNext, RuntimeEvent.Restore],
        [RuntimeState.RestoreError] = [RuntimeEvent.RestoreNext, RuntimeEvent.Restore, RuntimeEvent.RestoreError],
        [RuntimeState.Ready] = [RuntimeEvent.Next],
        [RuntimeState.Running] = [RuntimeEvent.Next, RuntimeEvent.Deliver],
        [RuntimeState.RuntimeResponseSent] = [RuntimeEvent.Next, RuntimeEvent.Deliver, RuntimeEvent.Response],
        [RuntimeState.Exited] = [RuntimeEvent.Exit],
    };

    public static TheoryData<int, int> AllPairs()
    {
        TheoryData<int, int> pairs = [];
        foreach (RuntimeState state in Enum.GetValues<RuntimeState>())
        {
            foreach (RuntimeEvent what in Enum.GetValues<RuntimeEvent>())
            {
                pairs.Add((int)state, (int)what);
            }
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(AllPairs))]
    public void TryMove_EveryStateAndEvent_GoesWhereTheTableSays(int from, int what)
    {
        RuntimeStateMachine machine = At((RuntimeState)from);
        RuntimeState? expected = (RuntimeEvent)what == RuntimeEvent.Exit
            ? RuntimeState.Exited
            : s_allowed.TryGetValue(((RuntimeState)from, (RuntimeEvent)what), out RuntimeState to) ? to : null;

        bool can = machine.CanMove((RuntimeEvent)what);
        bool moved = machine.TryMove((RuntimeEvent)what);

        Assert.Equal(expected is not null, can);
        Assert.Equal(expected is not null, moved);
        Assert.Equal(expected ?? (RuntimeState)from, machine.State);
    }

    [Fact]
    public void TryMove_RestoreNextWithoutSnapStart_IsNotAllowed()
    {
        RuntimeStateMachine machine = new(snapStart: false);

        Assert.False(machine.TryMove(RuntimeEvent.RestoreNext));
        Assert.True(machine.TryMove(RuntimeEvent.Next));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryStart_OfAWaitingRuntime_DecidesWhetherRestoreNextHasAPlace(bool snapStart)
    {
        RuntimeStateMachine machine = At(RuntimeState.Prepared);

        Assert.True(machine.TryStart(snapStart));
        Assert.Equal(snapStart, machine.TryMove(RuntimeEvent.RestoreNext));
    }

    private static RuntimeStateMachine At(RuntimeState state)
    {
        RuntimeStateMachine machine = state is RuntimeState.Preparing or RuntimeState.Prepared
            ? RuntimeStateMachine.Unassigned() : new RuntimeStateMachine(snapStart: true);
        foreach (RuntimeEvent step in s_ways[state])
        {
            Assert.True(machine.TryMove(step));
        }
        Assert.Equal(state, machine.State);
        return machine;
    }
}
