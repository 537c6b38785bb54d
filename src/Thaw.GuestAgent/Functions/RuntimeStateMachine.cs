namespace Thaw.GuestAgent.Functions;

/// <summary>Which call of the Runtime API may follow which. No I/O, no locks.</summary>
internal sealed class RuntimeStateMachine
{
    /// <summary>Whether /restore/next has a place in this life.</summary>
    private bool _snapStart;

    /// <summary>A runtime that is started for its function.</summary>
    internal RuntimeStateMachine(bool snapStart)
    {
        _snapStart = snapStart;
        State = RuntimeState.Started;
    }

    private RuntimeStateMachine(RuntimeState state) => State = state;

    /// <summary>Where the runtime is.</summary>
    internal RuntimeState State { get; private set; }

    /// <summary>A runtime that is started before it is known for which function.</summary>
    internal static RuntimeStateMachine Unassigned() => new(RuntimeState.Preparing);

    /// <summary>Gives a runtime that waits for it its function.</summary>
    internal bool TryStart(bool snapStart)
    {
        _snapStart = snapStart;
        return TryMove(RuntimeEvent.Start);
    }

    /// <summary>Follows an event, or stays where it is if the event has no place here.</summary>
    internal bool TryMove(RuntimeEvent what)
    {
        if (Target(what) is not { } target)
        {
            return false;
        }
        State = target;
        return true;
    }

    /// <summary>Whether an event has a place here.</summary>
    internal bool CanMove(RuntimeEvent what) => Target(what) is not null;

    /// <summary>What Lambda calls the state that an event of the Runtime API leads to.</summary>
    internal static string TargetName(RuntimeEvent what) => what switch
    {
        RuntimeEvent.StartNext => "Prepared",
        RuntimeEvent.Start => "Started",
        RuntimeEvent.Next => "Ready",
        RuntimeEvent.RestoreNext => "RestoreReady",
        RuntimeEvent.InitError => "InitError",
        RuntimeEvent.RestoreError => "RestoreError",
        RuntimeEvent.Response => "InvocationResponse",
        RuntimeEvent.ErrorResponse => "InvocationErrorResponse",
        RuntimeEvent.Deliver => "Running",
        RuntimeEvent.Restore => "Restoring",
        _ => "Exited",
    };

    private RuntimeState? Target(RuntimeEvent what) => (State, what) switch
    {
        (_, RuntimeEvent.Exit) => RuntimeState.Exited,
        (RuntimeState.Preparing, RuntimeEvent.StartNext) => RuntimeState.Prepared,
        (RuntimeState.Prepared, RuntimeEvent.StartNext) => RuntimeState.Prepared,
        (RuntimeState.Prepared, RuntimeEvent.Start) => RuntimeState.Started,
        (RuntimeState.Started, RuntimeEvent.Next) => RuntimeState.Ready,
        (RuntimeState.Started, RuntimeEvent.RestoreNext) when _snapStart => RuntimeState.RestoreReady,
        (RuntimeState.Started, RuntimeEvent.InitError) => RuntimeState.InitError,

        // A runtime whose connection broke asks again.
        (RuntimeState.RestoreReady, RuntimeEvent.RestoreNext) => RuntimeState.RestoreReady,
        (RuntimeState.Ready, RuntimeEvent.Next) => RuntimeState.Ready,

        (RuntimeState.RestoreReady, RuntimeEvent.Restore) => RuntimeState.Restoring,
        (RuntimeState.Restoring, RuntimeEvent.Next) => RuntimeState.Ready,
        (RuntimeState.Restoring, RuntimeEvent.RestoreError) => RuntimeState.RestoreError,

        // A runtime that knows nothing of snapshots waits for an invocation instead, and has no hooks.
        (RuntimeState.Ready, RuntimeEvent.Restore) => RuntimeState.Ready,

        (RuntimeState.Ready, RuntimeEvent.Deliver) => RuntimeState.Running,
        (RuntimeState.Running, RuntimeEvent.Response) => RuntimeState.RuntimeResponseSent,
        (RuntimeState.Running, RuntimeEvent.ErrorResponse) => RuntimeState.RuntimeResponseSent,
        (RuntimeState.RuntimeResponseSent, RuntimeEvent.Next) => RuntimeState.Ready,
        _ => null,
    };
}
