using Thaw.GuestAgent.Restores;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Secrets;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>Before and after a snapshot.</summary>
/// <remarks>
/// Fail closed: between Quiesce and the end of the steps of Restore the function's cgroup is frozen, so that no
/// instruction of it runs with the entropy, clock or identity of another clone. A step that fails leaves it killed.
/// </remarks>
internal sealed partial class FunctionSession
{
    private ulong _generation;
    private Restore? _restore;
    private RestoreTimings _timings = new();
    private long _restoreReceivedNs;
    private long _thawedNs;
    private long _wallClockNs;

    /// <summary>The host's Quiesce: syncs, freezes, and answers when a snapshot may be taken.</summary>
    internal void Quiesce(Quiesce request)
    {
        lock (_gate)
        {
            long startNs = parts.Clock.NowNs;
            if (QuiesceRefusalLocked(request, startNs) is { } reason)
            {
                FailLocked("quiesce", new FunctionError("InvalidState", reason));
                return;
            }
            string failure = "FreezeFailed";
            try
            {
                parts.Log.Drain();
                parts.Machine.SyncAll();
                double syncMs = MillisecondsSince(startNs);
                long freezeNs = parts.Clock.NowNs;
                if (_machine is not null)
                {
                    parts.Cgroup.Freeze(Math.Max(1, request.TimeoutMs - (int)syncMs));
                }
                _frozen = true;
                double freezeMs = MillisecondsSince(freezeNs);
                failure = "WipeFailed";
                long wipeNs = parts.Clock.NowNs;
                WipeSummary wiped = parts.SecretWipe.WipeAll();
                double wipeMs = MillisecondsSince(wipeNs);
                Rehearse();
                parts.Output.TrySend(new Quiesced
                {
                    DurationMs = MillisecondsSince(startNs),
                    SyncMs = syncMs,
                    FreezeMs = freezeMs,
                    WipeMs = wipeMs,
                    WipedPages = wiped.Pages,
                    WipedFiles = wiped.Files,
                });
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                KillLocked();
                FailLocked("quiesce", new FunctionError(failure, error.Message));
            }
        }
    }

    /// <summary>The host's Restore: makes this clone unique, thaws the function, and lets its hooks run.</summary>
    /// <param name="request">The frame.</param>
    /// <param name="receivedNs">When it came: the moment that its wall clock is of.</param>
    internal void Restore(Restore request, long receivedNs)
    {
        lock (_gate)
        {
            string? reason = _frozen
                ? RestorePolicy.Refusal(request, _generation)
                : "The function is not frozen: this microVM is not a clone, or was restored already.";
            if (reason is not null)
            {
                // Nothing was done and nothing thawed.
                parts.Output.TrySend(new Restored
                {
                    CloneId = request.CloneId,
                    Ok = false,
                    FailedStep = "validate",
                    Error = new FunctionError("RestoreRefused", reason),
                });
                return;
            }
            _restoreReceivedNs = receivedNs;
            _thawedNs = 0;
            _restore = request;
            _generation = request.Generation;
            _timings = new RestoreTimings();
            if (RunStepsLocked(request) is not { } failure)
            {
                AfterThawLocked(request);
                return;
            }
            KillLocked();
            SendRestoredLocked(request, failure.Step, failure.Error);
            _restore = null;
        }
    }

    /// <summary>The runtime's GET /runtime/restore/next: waits until this is a clone that may run.</summary>
    internal ApiAnswer RestoreNext()
    {
        lock (_gate)
        {
            if (_machine is not { } machine || !machine.TryMove(RuntimeEvent.RestoreNext))
            {
                return RefuseLocked(RuntimeEvent.RestoreNext);
            }
            AnswerInitLocked();
            int waiter = ++_waiter;
            Monitor.PulseAll(_gate);
            while (!_ended && waiter == _waiter && machine.State == RuntimeState.RestoreReady)
            {
                Monitor.Wait(_gate);
            }
            return waiter == _waiter && machine.State == RuntimeState.Restoring
                ? ApiAnswer.RestoreNow : ApiAnswer.Closed;
        }
    }

    /// <summary>The runtime's POST /runtime/restore/error.</summary>
    internal ApiAnswer PostRestoreError(ReadOnlyMemory<byte> document, string? type)
    {
        lock (_gate)
        {
            if (_machine is null || !_machine.TryMove(RuntimeEvent.RestoreError))
            {
                return RefuseLocked(RuntimeEvent.RestoreError);
            }
            FailRestoreLocked("hooks", LambdaError.Parse(document, type));
            return ApiAnswer.Accepted;
        }
    }

    private string? QuiesceRefusalLocked(Quiesce request, long startNs)
    {
        if (_frozen)
        {
            return "The function is frozen already.";
        }
        if (request.TimeoutMs is < 1 or > AgentLimits.TimeoutMsMax)
        {
            return $"A limit of {request.TimeoutMs} ms is not within 1 and {AgentLimits.TimeoutMsMax}.";
        }

        // After an answer the runtime needs a moment to come back for the next invocation.
        double leftMs = request.TimeoutMs;
        while (_machine?.State == RuntimeState.RuntimeResponseSent && _pending is null && leftMs > 0)
        {
            Monitor.Wait(_gate, (int)Math.Ceiling(leftMs));
            leftMs = request.TimeoutMs - MillisecondsSince(startNs);
        }
        bool atRest = _machine is null
            or { State: RuntimeState.Prepared or RuntimeState.RestoreReady or RuntimeState.Ready };
        return atRest && _pending is null && _running is null
            ? null : $"The function is not at rest: it is {_machine?.State}.";
    }

    /// <summary>
    /// Entropy, clock, identity, generation, and only then the function: its watchers first, its runtime after them.
    /// Null if all went well.
    /// </summary>
    private (string Step, FunctionError Error)? RunStepsLocked(Restore request)
    {
        string step = "entropy";
        try
        {
            long startNs = parts.Clock.NowNs;
            parts.CloneSystem.AddEntropy(request.Entropy);
            long entropyNs = parts.Clock.NowNs;

            step = "clock";
            long toldNs = request.WallClockUnixNs + (parts.Clock.NowNs - _restoreReceivedNs);
            parts.CloneSystem.SetWallClock(RestorePolicy.WallClock(toldNs, parts.CloneSystem.ReadHostClock()));
            _wallClockNs = parts.CloneSystem.ReadWallClock();
            long clockNs = parts.Clock.NowNs;

            step = "identity";
            parts.CloneSystem.SetIdentity(request.CloneId, request.Hostname);
            long identityNs = parts.Clock.NowNs;

            step = "generation";
            parts.CloneSystem.AnnounceGeneration(request.Generation);
            long generationNs = parts.Clock.NowNs;

            step = "thaw";
            if (_machine is not null)
            {
                parts.Cgroup.Thaw();
            }
            _frozen = false;
            _thawedNs = parts.Clock.NowNs;

            // Frozen, a watcher could not confirm. Whatever it looks at while it does is new by now.
            step = "watchers";
            parts.CloneSystem.WaitForWatchers(request.RestoreTimeoutMs);
            _timings = new RestoreTimings
            {
                EntropyUs = (entropyNs - startNs) / 1000,
                ClockUs = (clockNs - entropyNs) / 1000,
                IdentityUs = (identityNs - clockNs) / 1000,
                GenerationUs = (generationNs - identityNs) / 1000,
                ThawUs = (_thawedNs - generationNs) / 1000,
                WatchersUs = (parts.Clock.NowNs - _thawedNs) / 1000,
            };
            return null;
        }
        catch (IOException error)
        {
            return (step, new FunctionError("RestoreFailed", error.Message));
        }
    }

    private void AfterThawLocked(Restore request)
    {
        if (_machine is { } machine && machine.TryMove(RuntimeEvent.Restore)
            && machine.State == RuntimeState.Restoring)
        {
            ArmLocked(DeadlineKind.Restore, request.RestoreTimeoutMs, _thawedNs);
        }
        else
        {
            CompleteRestoreLocked();
        }
        Monitor.PulseAll(_gate);
    }

    private void CompleteRestoreLocked()
    {
        DisarmLocked();
        if (_restore is { } request)
        {
            _restore = null;
            parts.Log.Drain();
            SendRestoredLocked(request, failedStep: null, error: null);
        }
        if (_pending is { } invocation)
        {
            ArmLocked(DeadlineKind.Invocation, invocation.Request.TimeoutMs, parts.Clock.NowNs);
        }
    }

    private void FailRestoreLocked(string step, FunctionError error)
    {
        KillLocked();
        if (_restore is { } request)
        {
            _restore = null;
            SendRestoredLocked(request, step, error);
        }
        FailInvocationLocked(InvokeErrorKind.NotReady, error);
    }

    private void SendRestoredLocked(Restore request, string? failedStep, FunctionError? error)
    {
        long nowNs = parts.Clock.NowNs;
        parts.Output.TrySend(new Restored
        {
            CloneId = request.CloneId,
            Ok = error is null,
            FailedStep = failedStep,
            Error = error?.Bounded(),
            WallClockUnixNs = _wallClockNs,
            Timings = _timings with
            {
                HooksUs = _thawedNs == 0 ? 0 : ((nowNs - _thawedNs) / 1000) - _timings.WatchersUs,
                TotalUs = (nowNs - _restoreReceivedNs) / 1000,
            },
        });
    }

    /// <summary>
    /// Goes through what a restore will need, so that the snapshot holds it ready, and collects garbage, so that no
    /// clone has to.
    /// </summary>
    private static void Rehearse()
    {
        Restore example = new()
        {
            ProtocolVersion = ProtocolLimits.Version,
            CloneId = "rehearsal",
            Generation = 1,
            WallClockUnixNs = 1,
            Entropy = new byte[ProtocolLimits.EntropySizeBytesMin],
        };
        Frame frame = FrameCodec.DecodeRest(FrameCodec.Encode(example).AsMemory(FrameCodec.LengthFieldBytes));
        _ = RestorePolicy.Refusal((Restore)frame.Message, lastGeneration: 0);
        _ = FrameCodec.Encode(new Restored { CloneId = "rehearsal", Ok = true });
        Invoke invoke = new() { RequestId = "rehearsal", DeadlineUnixMs = 1, TimeoutMs = 1 };
        _ = FrameCodec.DecodeRest(FrameCodec.Encode(invoke, "{}"u8).AsMemory(FrameCodec.LengthFieldBytes));
        _ = FrameCodec.Encode(new InvokeDone { RequestId = "rehearsal", Ok = true }, "{}"u8);
        GC.Collect();
    }
}
