using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Packages;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>From the configuration to the function's first question.</summary>
internal sealed partial class FunctionSession
{
    /// <summary>The host's Configure: unpacks the package and starts the function; answered when init ends.</summary>
    internal void Configure(Configure configuration)
    {
        lock (_gate)
        {
            if (_machine is { State: not RuntimeState.Prepared } || _frozen)
            {
                FailLocked("configure", new FunctionError("InvalidState", "This microVM is configured already."));
                return;
            }
            _configuration = configuration;
            RuntimeStateMachine machine = TakePreparedLocked(configuration)
                ?? new RuntimeStateMachine(configuration.SnapStart);
            _machine = machine;
            _startedNs = parts.Clock.NowNs;
            try
            {
                ConfigurationRules.Check(configuration);
                parts.Package.Unpack(configuration.CodeDevice, configuration.CodeSizeBytes);
                _unpackMs = MillisecondsSince(_startedNs);
                parts.Cgroup.SetMemoryLimit(configuration.MemorySizeMb * 1024L * 1024);
                _startedNs = parts.Clock.NowNs;
                ArmLocked(DeadlineKind.Init, configuration.InitTimeoutMs, _startedNs);
                FunctionStart start = FunctionEnvironment.Start(
                    configuration, parts.RuntimeApiAddress, parts.TaskRoot);
                if (machine.State == RuntimeState.Prepared)
                {
                    StartPreparedLocked(machine, start, configuration.SnapStart);
                }
                else
                {
                    parts.Launcher.Start(start, how => OnExit(machine, how));
                }
            }
            catch (ConfigurationException error)
            {
                FailInitLocked(new FunctionError("InvalidParameterValueException", error.Message));
            }
            catch (PackageException error)
            {
                FailInitLocked(new FunctionError("Runtime.InvalidPackage", error.Message));
            }
            catch (LaunchException error)
            {
                FailInitLocked(new FunctionError("Runtime.InvalidEntrypoint", error.Message));
            }
            catch (IOException error)
            {
                FailInitLocked(new FunctionError("Runtime.InitFailure", error.Message));
            }
        }
    }

    /// <summary>The runtime's POST /runtime/init/error.</summary>
    internal ApiAnswer PostInitError(ReadOnlyMemory<byte> document, string? type)
    {
        lock (_gate)
        {
            if (_machine is null || !_machine.TryMove(RuntimeEvent.InitError))
            {
                return RefuseLocked(RuntimeEvent.InitError);
            }
            parts.Log.Drain();
            AnswerInitLocked(LambdaError.Parse(document, type), document);
            return ApiAnswer.Accepted;
        }
    }

    private void FailInitLocked(FunctionError error)
    {
        KillLocked();
        AnswerInitLocked(error, LambdaError.ToJson(error));
    }

    private void AnswerInitLocked(FunctionError? error = null, ReadOnlyMemory<byte> document = default)
    {
        if (_initAnswered)
        {
            return;
        }
        _initAnswered = true;
        DisarmLocked();
        if (error is null)
        {
            parts.Log.Drain();
        }
        InitDone answer = new()
        {
            Ok = error is null,
            Error = error?.Bounded(),
            DurationMs = MillisecondsSince(_startedNs),
            UnpackMs = _unpackMs,
        };
        parts.Output.TrySend(answer, document.Span);
    }
}
