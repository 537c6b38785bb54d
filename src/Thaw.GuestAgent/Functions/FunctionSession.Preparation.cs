using System.Text;
using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>A runtime that is started before it is known for which function.</summary>
internal sealed partial class FunctionSession
{
    private string? _preparedRuntime;
    private FunctionStart? _assigned;

    /// <summary>The host's Prepare: starts the runtime; answered when it is warm and waits.</summary>
    internal void Prepare(Prepare request)
    {
        lock (_gate)
        {
            if (PreparationRefusalLocked(request) is { } reason)
            {
                FailLocked("prepare", new FunctionError("InvalidState", reason));
                return;
            }
            if (FunctionEnvironment.Preparation(request.Runtime, parts.RuntimeApiAddress, parts.TaskRoot)
                is not { } start)
            {
                parts.Output.TrySend(new Prepared
                {
                    Ok = false,
                    Error = new FunctionError(
                        Prepared.NotPreparable, $"{request.Runtime} can only be started for its function."),
                });
                return;
            }
            RuntimeStateMachine machine = RuntimeStateMachine.Unassigned();
            _machine = machine;
            _preparedRuntime = request.Runtime;
            _startedNs = parts.Clock.NowNs;
            ArmLocked(DeadlineKind.Preparation, request.TimeoutMs, _startedNs);
            try
            {
                parts.Launcher.Start(start, how => OnExit(machine, how));
            }
            catch (Exception error) when (error is LaunchException or IOException)
            {
                FailPreparationLocked(new FunctionError("Runtime.InvalidEntrypoint", error.Message));
            }
        }
    }

    /// <summary>The runtime's GET /thaw/runtime/start: waits for the function that it is for.</summary>
    internal ApiAnswer StartNext()
    {
        lock (_gate)
        {
            if (_machine is not { } machine)
            {
                return ApiAnswer.Closed;
            }
            RuntimeState from = machine.State;
            if (!machine.TryMove(RuntimeEvent.StartNext))
            {
                return RefuseLocked(RuntimeEvent.StartNext);
            }
            if (from == RuntimeState.Preparing)
            {
                DisarmLocked();
                parts.Log.Drain();
                parts.Output.TrySend(new Prepared { Ok = true, DurationMs = MillisecondsSince(_startedNs) });
            }
            int waiter = ++_waiter;
            Monitor.PulseAll(_gate);
            while (!_ended && waiter == _waiter && machine.State == RuntimeState.Prepared)
            {
                Monitor.Wait(_gate);
            }
            return waiter == _waiter && machine.State == RuntimeState.Started && _assigned is { } assigned
                ? new ApiAnswer { Status = 200, Content = Encode(assigned.Environment) }
                : ApiAnswer.Closed;
        }
    }

    private string? PreparationRefusalLocked(Prepare request)
    {
        if (_machine is not null || _frozen)
        {
            return "This microVM has a runtime already.";
        }
        if (request.ProtocolVersion != ProtocolLimits.Version)
        {
            return $"The host speaks protocol version {request.ProtocolVersion}, this agent {ProtocolLimits.Version}.";
        }
        return request.TimeoutMs is < 1 or > AgentLimits.TimeoutMsMax
            ? $"A limit of {request.TimeoutMs} ms is not within 1 and {AgentLimits.TimeoutMsMax}."
            : null;
    }

    /// <summary>The waiting runtime, if it will do for this function; else it is ended.</summary>
    private RuntimeStateMachine? TakePreparedLocked(Configure configuration)
    {
        if (_machine is not { } machine)
        {
            return null;
        }
        if (_preparedRuntime == configuration.Runtime && FunctionEnvironment.SuitsStarted(configuration.Environment))
        {
            return machine;
        }
        KillLocked();
        return null;
    }

    private void StartPreparedLocked(RuntimeStateMachine machine, FunctionStart start, bool snapStart)
    {
        _assigned = start;
        _ = machine.TryStart(snapStart);
        Monitor.PulseAll(_gate);
    }

    private void FailPreparationLocked(FunctionError error)
    {
        KillLocked();
        parts.Output.TrySend(new Prepared
        {
            Ok = false,
            Error = error.Bounded(),
            DurationMs = MillisecondsSince(_startedNs),
        });
    }

    /// <summary>NAME=value, with a zero after each.</summary>
    private static byte[] Encode(IReadOnlyList<string> environment)
    {
        StringBuilder text = new();
        foreach (string variable in environment)
        {
            text.Append(variable).Append('\0');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
