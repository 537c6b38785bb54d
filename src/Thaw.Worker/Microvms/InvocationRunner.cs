using System.Globalization;
using System.Text.Json;
using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Monitors;

namespace Thaw.Worker.Microvms;

/// <summary>Runs one invocation in a microVM that is ready for it.</summary>
internal sealed class InvocationRunner(WorkerOptions options, TimeProvider time)
{
    private const string Unhandled = "Unhandled";

    /// <summary>Runs the invocation.</summary>
    /// <param name="microvm">Where.</param>
    /// <param name="order">What.</param>
    /// <param name="log">What was logged while it started.</param>
    /// <param name="start">How it started: kind, retries, and times since the request.</param>
    /// <param name="cancellationToken">Gives up; the microVM is of no use then.</param>
    /// <returns>The outcome, and whether the microVM can serve another invocation.</returns>
    /// <exception cref="WorkerException">The microVM was lost.</exception>
    internal async Task<(InvokeOutcome Outcome, bool IsReusable)> RunAsync(
        Microvm microvm, InvokeOrder order, LogTail log, StartReport start, CancellationToken cancellationToken)
    {
        log.AppendLine($"START RequestId: {order.RequestId} Version: {order.Spec.Version}");
        Invoke invoke = new()
        {
            RequestId = order.RequestId,
            DeadlineUnixMs = (time.GetUtcNow() + order.Spec.Timeout).ToUnixTimeMilliseconds(),
            TimeoutMs = (int)order.Spec.Timeout.TotalMilliseconds,
            TraceId = order.TraceId,
            ClientContext = order.ClientContext,
        };
        long began = time.GetTimestamp();
        (InvokeDone Message, ReadOnlyMemory<byte> Body)? answer = await microvm.Agent.AskAsync<InvokeDone>(
            invoke, order.Payload, log, order.Spec.Timeout + options.AgentGrace, cancellationToken)
            .ConfigureAwait(false);
        TimeSpan answerAfter = time.GetElapsedTime(start.Received);
        TimeSpan duration = time.GetElapsedTime(began);
        InvokeDone done = answer?.Message ?? TimedOut(order);
        if (done.RequestId != order.RequestId)
        {
            throw new WorkerException(
                WorkerFault.MicrovmLost, "The guest answered another invocation than it was asked.");
        }
        if (answer is not null && done.DurationMs is > 0 and < int.MaxValue)
        {
            duration = TimeSpan.FromMilliseconds(done.DurationMs);
        }
        ReadOnlyMemory<byte> payload = answer?.Body ?? default;
        if (!done.Ok && payload.IsEmpty)
        {
            payload = ErrorBody(done.Error ?? new FunctionError("Runtime.Unknown", "The function failed."));
        }
        ProcessUsage? usage = microvm.Monitor.ReadUsage();
        log.AppendLine($"END RequestId: {order.RequestId}");
        log.AppendLine(ReportLine(order, start, duration, done));
        InvokeOutcome outcome = new()
        {
            Payload = payload,
            FunctionError = done.Ok ? null : Unhandled,
            LogTail = log.ToArray(),
            StartKind = start.Kind,
            CloneId = microvm.CloneId,
            Variant = microvm.Variant,
            MicrovmId = microvm.Monitor.Id,
            ReadyAfter = start.ReadyAfter,
            AnswerAfter = answerAfter,
            QueuedFor = start.QueuedFor,
            CpuTime = usage?.CpuTime - microvm.CpuTimeBefore,
            PrivateBytes = usage?.PrivateBytes,
            Restore = start.Kind == StartKind.Restore ? microvm.RestoreTimings : null,
            StartRetries = start.Retries,
            StartRetryReason = start.RetryReason,
        };
        microvm.CpuTimeBefore = usage?.CpuTime ?? microvm.CpuTimeBefore;
        return (outcome, answer is not null && done.Reusable);
    }

    /// <summary>An error as callers get it.</summary>
    internal static byte[] ErrorBody(FunctionError error) =>
        JsonSerializer.SerializeToUtf8Bytes(error, WorkerJsonContext.Default.FunctionError);

    private static InvokeDone TimedOut(InvokeOrder order) => new()
    {
        RequestId = order.RequestId,
        Ok = false,
        Reusable = false,
        ErrorKind = InvokeErrorKind.Timeout,
        Error = new FunctionError("Sandbox.Timedout", string.Create(
            CultureInfo.InvariantCulture,
            $"RequestId: {order.RequestId} Error: Task timed out after {order.Spec.Timeout.TotalSeconds:F2} seconds")),
    };

    private static string ReportLine(InvokeOrder order, StartReport start, TimeSpan duration, InvokeDone done)
    {
        const long BytesPerMib = 1024 * 1024;
        string started = start.Kind switch
        {
            StartKind.Cold => string.Create(
                CultureInfo.InvariantCulture, $"\tInit Duration: {start.InitDuration.TotalMilliseconds:F2} ms"),
            StartKind.Restore => string.Create(
                CultureInfo.InvariantCulture,
                $"\tRestore Duration: {(start.ReadyAfter - start.QueuedFor).TotalMilliseconds:F2} ms"),
            _ => "",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"REPORT RequestId: {order.RequestId}\tDuration: {duration.TotalMilliseconds:F2} ms\tBilled Duration: "
            + $"{Math.Ceiling(duration.TotalMilliseconds):F0} ms\tMemory Size: {order.Spec.MemorySizeMb} MB\t"
            + $"Max Memory Used: {done.MaxMemoryUsedBytes / BytesPerMib} MB{started}");
    }
}
