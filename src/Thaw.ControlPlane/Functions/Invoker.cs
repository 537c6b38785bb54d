using Microsoft.Extensions.Logging;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>Runs invocations and remembers how they went.</summary>
internal sealed partial class Invoker(
    IFunctionHost host, FunctionService functions, InvocationLog log, TimeProvider time, ILogger<Invoker> logger)
{
    /// <summary>The version to run, if it can be run.</summary>
    internal FunctionVersion Resolve(FunctionReference reference)
    {
        FunctionVersion version = functions.Get(reference);
        return version.State switch
        {
            FunctionState.Active => version,
            FunctionState.Pending => throw LambdaError.SnapStartNotReady(),
            _ => throw LambdaError.NotReady(
                $"The version {version.Function}:{version.Name} can't be invoked, for publishing it failed: "
                + version.StateReason),
        };
    }

    /// <summary>Runs one invocation.</summary>
    /// <exception cref="LambdaException">It could not be run.</exception>
    internal async Task<InvokeOutcome> InvokeAsync(
        FunctionVersion version, InvokeOrder order, CancellationToken cancellationToken)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        InvocationRecord record = new()
        {
            RequestId = order.RequestId,
            FunctionName = version.Function,
            Version = version.Name,
            StartedAt = startedAt,
        };
        try
        {
            InvokeOutcome outcome = await host.InvokeAsync(order, cancellationToken).ConfigureAwait(false);
            log.Add(record with
            {
                StartKind = NameOf(outcome.StartKind),
                CloneId = outcome.CloneId,
                Variant = outcome.Variant,
                MicrovmId = outcome.MicrovmId,
                QueuedMs = outcome.QueuedFor.TotalMilliseconds,
                RestoreMs = outcome.ReadyAfter.TotalMilliseconds,
                AnswerMs = outcome.AnswerAfter.TotalMilliseconds,
                CpuMs = outcome.CpuTime?.TotalMilliseconds,
                PrivateBytes = outcome.PrivateBytes,
                Paging = outcome.Paging,
                Restore = outcome.Restore,
                StartRetries = outcome.StartRetries,
                StartRetryReason = outcome.StartRetryReason,
                FunctionError = outcome.FunctionError,
            });
            return outcome;
        }
        catch (WorkerException failure)
        {
            LogFailed(version.Function, version.Name, order.RequestId, failure.Fault, failure.Message);
            log.Add(record with { ServiceError = $"{failure.Fault}: {failure.Message}" });
            throw LambdaError.From(failure);
        }
    }

    /// <summary>A kind of start as headers and records have it.</summary>
    internal static string NameOf(StartKind kind) => kind switch
    {
        StartKind.Cold => "cold",
        StartKind.Restore => "restore",
        _ => "warm",
    };

    [LoggerMessage(LogLevel.Warning, "Invocation {RequestId} of {Function}:{Version} failed ({Fault}): {Reason}")]
    private partial void LogFailed(string function, string version, string requestId, WorkerFault fault, string reason);
}
