using Thaw.GuestAgent.RuntimeApi;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>
/// The function's life in this microVM: what the host asks, what the runtime does, what runs out of time.
/// </summary>
/// <remarks>
/// Every entry takes one lock, so the order of the answers is the order of the events. The host's entries are called
/// from the control connection's thread, the runtime's from the Runtime API's threads, where they may wait.
/// </remarks>
internal sealed partial class FunctionSession(FunctionParts parts)
{
    private const long NsPerMs = 1_000_000;

    /// <summary>Guards all fields; pulsed when one changes that is waited for. Taken before any other lock.</summary>
    private readonly object _gate = new();

    private RuntimeStateMachine? _machine;
    private Configure? _configuration;
    private Invocation? _pending;
    private Invocation? _running;
    private Deadline? _deadline;
    private long _startedNs;
    private double _unpackMs;
    private int _waiter;
    private bool _initAnswered;
    private bool _frozen;
    private bool _ended;

    /// <summary>The runtime's state; null before <see cref="Configure"/>.</summary>
    internal RuntimeState? State
    {
        get
        {
            lock (_gate)
            {
                return _machine?.State;
            }
        }
    }

    /// <summary>The function's ARN, as invocations name it.</summary>
    internal string FunctionArn
    {
        get
        {
            lock (_gate)
            {
                return _configuration?.FunctionArn ?? "";
            }
        }
    }

    /// <summary>Waits for the next deadline and acts on it, until the session ends. For a thread of its own.</summary>
    internal void RunDeadlines()
    {
        lock (_gate)
        {
            while (!_ended)
            {
                if (_deadline is not { } deadline)
                {
                    Monitor.Wait(_gate);
                    continue;
                }
                long leftNs = deadline.AtNs - parts.Clock.NowNs;
                if (leftNs > 0)
                {
                    Monitor.Wait(_gate, (int)Math.Min(int.MaxValue, (leftNs / NsPerMs) + 1));
                    continue;
                }
                ExpireLocked(deadline);
            }
        }
    }

    /// <summary>Acts on the deadline if its time has come.</summary>
    internal void ExpireIfDue()
    {
        lock (_gate)
        {
            if (_deadline is { } deadline && deadline.AtNs <= parts.Clock.NowNs)
            {
                ExpireLocked(deadline);
            }
        }
    }

    /// <summary>Ends the session: whoever waits gets no answer, and the function is killed.</summary>
    internal void End()
    {
        lock (_gate)
        {
            _ended = true;
            KillLocked();
        }
    }

    private void ExpireLocked(Deadline deadline)
    {
        DisarmLocked();
        switch (deadline.Kind)
        {
            case DeadlineKind.Preparation:
                FailPreparationLocked(LambdaError.TimedOut(requestId: null, deadline.LimitMs));
                break;
            case DeadlineKind.Init:
                FailInitLocked(LambdaError.TimedOut(requestId: null, deadline.LimitMs));
                break;
            case DeadlineKind.Restore:
                FailRestoreLocked("hooks", LambdaError.TimedOut(requestId: null, deadline.LimitMs));
                break;
            default:
                KillLocked();
                string requestId = CurrentRequestIdLocked();
                FailInvocationLocked(InvokeErrorKind.Timeout, LambdaError.TimedOut(requestId, deadline.LimitMs));
                break;
        }
    }

    private void ArmLocked(DeadlineKind kind, int limitMs, long fromNs)
    {
        _deadline = new Deadline(kind, limitMs, fromNs + (limitMs * NsPerMs));
        Monitor.PulseAll(_gate);
    }

    private void DisarmLocked() => _deadline = null;

    /// <summary>From here on nothing of the function runs, and nothing of it is waited for.</summary>
    private void KillLocked()
    {
        _ = _machine?.TryMove(RuntimeEvent.Exit);
        DisarmLocked();
        parts.Cgroup.Kill();
        parts.Log.Drain();
        Monitor.PulseAll(_gate);
    }

    private void OnExit(RuntimeStateMachine machine, string how)
    {
        lock (_gate)
        {
            // One that was given up for another is nobody's.
            if (_machine != machine || machine.State == RuntimeState.Exited)
            {
                return;
            }
            RuntimeState from = machine.State;
            KillLocked();
            switch (from)
            {
                case RuntimeState.Preparing:
                    FailPreparationLocked(LambdaError.Exited(requestId: null, how));
                    break;
                case RuntimeState.Started:
                    FailInitLocked(LambdaError.Exited(requestId: null, how));
                    break;
                case RuntimeState.Restoring:
                    FailRestoreLocked("hooks", LambdaError.Exited(requestId: null, how));
                    break;
                case RuntimeState.InitError or RuntimeState.RestoreError:
                    break;
                default:
                    if ((_running ?? _pending) is { } invocation)
                    {
                        FailInvocationLocked(
                            InvokeErrorKind.ExitError, LambdaError.Exited(invocation.Request.RequestId, how));
                    }
                    else
                    {
                        FailLocked("function", LambdaError.Exited(requestId: null, how));
                    }
                    break;
            }
        }
    }

    private void FailLocked(string step, FunctionError error) =>
        parts.Output.TrySend(new Failed { Step = step, Error = error.Bounded() });

    private double MillisecondsSince(long fromNs) => (parts.Clock.NowNs - fromNs) / (double)NsPerMs;

    private ApiAnswer RefuseLocked(RuntimeEvent what) =>
        _machine is { State: not RuntimeState.Exited } machine
            ? ApiAnswer.NotAllowed(machine.State, what) : ApiAnswer.Closed;

    private enum DeadlineKind
    {
        Preparation,
        Init,
        Restore,
        Invocation,
    }

    private sealed record Deadline(DeadlineKind Kind, int LimitMs, long AtNs);
}
