using Thaw.GuestAgent.RuntimeApi;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>Invocations: from the host's frame to the runtime and back.</summary>
internal sealed partial class FunctionSession
{
    /// <summary>The host's Invoke. May come right behind a Restore: it then waits for the hooks.</summary>
    internal void Invoke(Invoke request, ReadOnlyMemory<byte> payload)
    {
        lock (_gate)
        {
            Invocation invocation = new(request, payload, parts.Clock.NowNs);
            if (RefusalLocked(request, payload) is { } reason)
            {
                FunctionError error = new("Sandbox.NotReady", reason);
                AnswerLocked(invocation, InvokeErrorKind.NotReady, error, LambdaError.ToJson(error));
                return;
            }
            _pending = invocation;
            if (_machine!.State != RuntimeState.Restoring)
            {
                ArmLocked(DeadlineKind.Invocation, request.TimeoutMs, invocation.ReceivedNs);
            }
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The runtime's GET /runtime/invocation/next: waits for an invocation.</summary>
    internal ApiAnswer NextInvocation()
    {
        lock (_gate)
        {
            if (_machine is not { } machine)
            {
                return ApiAnswer.Closed;
            }
            RuntimeState from = machine.State;
            if (!machine.TryMove(RuntimeEvent.Next))
            {
                return RefuseLocked(RuntimeEvent.Next);
            }
            switch (from)
            {
                case RuntimeState.Started:
                    AnswerInitLocked();
                    break;
                case RuntimeState.Restoring:
                    CompleteRestoreLocked();
                    break;
            }

            // A newer request of the same kind takes over: the older one's connection is dead.
            int waiter = ++_waiter;
            Monitor.PulseAll(_gate);
            while (!_ended && waiter == _waiter && machine.State == RuntimeState.Ready)
            {
                if (_pending is { } invocation && !_frozen)
                {
                    _pending = null;
                    _running = invocation;
                    _ = machine.TryMove(RuntimeEvent.Deliver);
                    return new ApiAnswer { Status = 200, Invocation = invocation };
                }
                Monitor.Wait(_gate);
            }
            return ApiAnswer.Closed;
        }
    }

    /// <summary>The runtime's POST /runtime/invocation/{id}/response.</summary>
    /// <param name="requestId">The id in the path.</param>
    /// <param name="response">The response; whatever of it was read, if it is too large.</param>
    /// <param name="sizeBytes">Its full size.</param>
    internal ApiAnswer PostResponse(string requestId, ReadOnlyMemory<byte> response, long sizeBytes)
    {
        lock (_gate)
        {
            if (CheckAnswerLocked(requestId, RuntimeEvent.Response) is { } refusal)
            {
                return refusal;
            }
            if (sizeBytes > ProtocolLimits.PayloadSizeBytesMax)
            {
                FunctionError error = LambdaError.ResponseTooLarge(sizeBytes);
                CompleteLocked(InvokeErrorKind.ResponseTooLarge, error, LambdaError.ToJson(error));
                return ApiAnswer.TooLarge(ProtocolLimits.PayloadSizeBytesMax);
            }
            CompleteLocked(errorKind: null, error: null, response);
            return ApiAnswer.Accepted;
        }
    }

    /// <summary>The runtime's POST /runtime/invocation/{id}/error.</summary>
    /// <param name="requestId">The id in the path.</param>
    /// <param name="document">The error.</param>
    /// <param name="type">Its type, where the document has none.</param>
    /// <param name="runtimeEnds">Whether the runtime ends now, so that nothing more may be sent to it.</param>
    internal ApiAnswer PostError(
        string requestId, ReadOnlyMemory<byte> document, string? type, bool runtimeEnds = false)
    {
        lock (_gate)
        {
            if (CheckAnswerLocked(requestId, RuntimeEvent.ErrorResponse) is { } refusal)
            {
                return refusal;
            }
            CompleteLocked(InvokeErrorKind.Unhandled, LambdaError.Parse(document, type), document, !runtimeEnds);
            return ApiAnswer.Accepted;
        }
    }

    private string? RefusalLocked(Invoke request, ReadOnlyMemory<byte> payload)
    {
        if (_machine?.State is not (RuntimeState.Ready or RuntimeState.RuntimeResponseSent or RuntimeState.Restoring))
        {
            return $"The function can't take an invocation: it is {_machine?.State.ToString() ?? "not configured"}.";
        }
        if (_frozen)
        {
            return "The function can't take an invocation: it is frozen for a snapshot.";
        }
        if ((_pending ?? _running) is { } other)
        {
            return $"The function can't take an invocation: {other.Request.RequestId} has not ended.";
        }
        if (request.TimeoutMs is < 1 or > AgentLimits.TimeoutMsMax)
        {
            return $"A timeout of {request.TimeoutMs} ms is not within 1 and {AgentLimits.TimeoutMsMax}.";
        }
        return payload.Length > ProtocolLimits.PayloadSizeBytesMax
            ? $"An event of {payload.Length} bytes is beyond the limit of {ProtocolLimits.PayloadSizeBytesMax}."
            : null;
    }

    /// <summary>The state first, then the id: so does Lambda.</summary>
    private ApiAnswer? CheckAnswerLocked(string requestId, RuntimeEvent what)
    {
        if (_machine is null || !_machine.CanMove(what))
        {
            return RefuseLocked(what);
        }
        if (_running?.Request.RequestId != requestId)
        {
            return ApiAnswer.InvalidRequestId();
        }
        _ = _machine.TryMove(what);
        return null;
    }

    private void CompleteLocked(
        string? errorKind, FunctionError? error, ReadOnlyMemory<byte> body, bool reusable = true)
    {
        Invocation invocation = _running!;
        _running = null;
        DisarmLocked();
        AnswerLocked(invocation, errorKind, error, body, reusable);
    }

    /// <summary>Answers the running or waiting invocation of a function that is no more.</summary>
    private void FailInvocationLocked(string errorKind, FunctionError error)
    {
        if ((_running ?? _pending) is { } invocation)
        {
            _running = null;
            _pending = null;
            AnswerLocked(invocation, errorKind, error, LambdaError.ToJson(error));
        }
    }

    private void AnswerLocked(
        Invocation invocation, string? errorKind, FunctionError? error, ReadOnlyMemory<byte> body,
        bool reusable = true)
    {
        parts.Log.Drain();
        InvokeDone answer = new()
        {
            RequestId = invocation.Request.RequestId,
            Ok = error is null,
            Error = error?.Bounded(),
            ErrorKind = errorKind,
            DurationMs = MillisecondsSince(invocation.ReceivedNs),
            MaxMemoryUsedBytes = parts.Cgroup.PeakMemoryBytes(),
            Reusable = reusable && _machine is { State: not (RuntimeState.Exited or RuntimeState.InitError) },
        };
        parts.Output.TrySend(answer, body.Span);
    }

    private string CurrentRequestIdLocked() => (_running ?? _pending)?.Request.RequestId ?? "";
}
