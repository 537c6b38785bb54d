using System.Collections.Concurrent;
using Thaw.Worker.Agents;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Scheduling;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Microvms;

/// <summary>Gives each invocation a microVM: an idle one, a new clone, or one that is booted.</summary>
internal sealed class MicrovmSource(
    WorkerOptions options, MicrovmLauncher launcher, CloneStarter clones, SnapshotVault vault, FailureLog failures,
    BackgroundWork background, TimeProvider time)
{
    private readonly AdmissionControl<Microvm> _admission = new(options, time);
    private readonly ConcurrentDictionary<string, Microvm> _live = new();
    private long _restores;
    private long _startRetries;

    /// <summary>Microvms that run, idle ones of them, memory that they are counted with, requests that wait.</summary>
    internal (int Microvms, int Idle, int MemoryMib, int Queued) Counts => _admission.Counts;

    /// <summary>Clones started so far.</summary>
    internal long Restores => Interlocked.Read(ref _restores);

    /// <summary>Starts that were tried again so far.</summary>
    internal long StartRetries => Interlocked.Read(ref _startRetries);

    /// <summary>The RAM and vCPUs for a function.</summary>
    /// <exception cref="WorkerException">Its deployment package is missing.</exception>
    internal static GuestSize SizeOf(FunctionSpec spec)
    {
        FileInfo code = new(spec.CodePath);
        return code.Exists
            ? GuestSize.Of(spec.MemorySizeMb, code.Length)
            : throw new WorkerException(
                WorkerFault.ImageMissing, $"The deployment package {code.FullName} is missing.");
    }

    /// <summary>Gets a microVM for an invocation. The caller gives it to <see cref="Return"/> afterwards.</summary>
    /// <exception cref="WorkerException">There is none: no room, or it could not be started.</exception>
    internal async Task<(Microvm Microvm, StartReport Start)> GetAsync(
        InvokeOrder order, long received, LogTail log, CancellationToken cancellationToken)
    {
        FunctionSpec spec = order.Spec;
        GuestSize size = SizeOf(spec);
        int countedMib = spec.SnapStart
            ? Math.Max(1, size.MemoryMib * options.CloneMemoryPercent / 100)
            : size.MemoryMib;
        Admission<Microvm> admission = await EnterSoundAsync(
            spec.Key, countedMib, !order.Fresh, log, cancellationToken).ConfigureAwait(false);
        TimeSpan queuedFor = time.GetElapsedTime(received);
        StartReport report = new()
        {
            Received = received,
            Kind = StartKind.Warm,
            QueuedFor = queuedFor,
            ReadyAfter = queuedFor,
        };
        if (admission.Idle is { } idle)
        {
            return (idle, report);
        }
        Lease lease = admission.Lease!;
        try
        {
            await Task.WhenAll(admission.Evicted.Select(EndAsync)).ConfigureAwait(false);
            (Microvm microvm, report) = spec.SnapStart
                ? await StartCloneAsync(order, lease, report, log, cancellationToken).ConfigureAwait(false)
                : await StartColdAsync(spec, size, lease, report, log, cancellationToken).ConfigureAwait(false);
            _live[microvm.Monitor.Id] = microvm;
            return (microvm, report with { ReadyAfter = time.GetElapsedTime(received) });
        }
        catch
        {
            _admission.Release(lease);
            throw;
        }
    }

    /// <summary>Takes a microVM back: keeps it for the next invocation, or ends it.</summary>
    internal void Return(Microvm microvm, bool isReusable)
    {
        if (!isReusable || !_admission.TryKeep(microvm))
        {
            background.Add(EndAsync(microvm));
        }
    }

    /// <summary>Gets room for a microVM that serves no invocations.</summary>
    /// <exception cref="WorkerException">There is none.</exception>
    internal async Task<Lease> EnterAsync(FunctionKey key, int memoryMib, CancellationToken cancellationToken)
    {
        Admission<Microvm> admission = await _admission.EnterAsync(
            key, memoryMib, acceptsIdle: false, cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(admission.Evicted.Select(EndAsync)).ConfigureAwait(false);
        return admission.Lease!;
    }

    /// <summary>Gives such room back.</summary>
    internal void Leave(Lease lease) => _admission.Release(lease);

    /// <summary>Ends idle microVMs; those at work end after their answer.</summary>
    internal Task RetireAsync(Func<FunctionKey, bool> isMeant)
    {
        foreach (Microvm microvm in _live.Values.Where(microvm => isMeant(microvm.Key)))
        {
            microvm.Retire();
        }
        return Task.WhenAll(_admission.TakeIdle((microvm, _) => isMeant(microvm.Key)).Select(EndAsync));
    }

    /// <summary>Ends microVMs that have been idle for long, or died while they were.</summary>
    internal void Sweep()
    {
        foreach (Microvm microvm in _admission.TakeIdle((_, idleFor) => idleFor >= options.IdleTimeout))
        {
            background.Add(EndAsync(microvm));
        }
    }

    /// <summary>Gets room, or an idle microVM whose function has not ended while it was idle.</summary>
    private async Task<Admission<Microvm>> EnterSoundAsync(
        FunctionKey key, int countedMib, bool acceptsIdle, LogTail log, CancellationToken cancellationToken)
    {
        while (true)
        {
            Admission<Microvm> admission = await _admission.EnterAsync(
                key, countedMib, acceptsIdle, cancellationToken).ConfigureAwait(false);
            if (admission.Idle is not { } idle)
            {
                return admission;
            }
            bool isSound = false;
            try
            {
                isSound = await idle.Agent.TryDrainAsync(log, options.AgentGrace, cancellationToken)
                    .ConfigureAwait(false);
            }
            finally
            {
                if (!isSound)
                {
                    _ = background.Add(EndAsync(idle));
                }
            }
            if (isSound)
            {
                return admission;
            }
        }
    }

    private async Task<(Microvm, StartReport)> StartCloneAsync(
        InvokeOrder order, Lease lease, StartReport report, LogTail log, CancellationToken cancellationToken)
    {
        (Microvm clone, int retries, string? reason) = await clones.StartAsync(
            order.Spec, order.Variant, lease, log, cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _restores);
        Interlocked.Add(ref _startRetries, retries);
        return (clone, report with { Kind = StartKind.Restore, Retries = retries, RetryReason = reason });
    }

    private async Task<(Microvm, StartReport)> StartColdAsync(
        FunctionSpec spec, GuestSize size, Lease lease, StartReport report, LogTail log,
        CancellationToken cancellationToken)
    {
        await vault.RequireKeyAsync(spec.Account, keyId: null, spec.Key.ToString(), cancellationToken)
            .ConfigureAwait(false);
        (string codeImage, long codeSizeBytes) =
            await CodeImage.EnsureAsync(spec.CodePath, cancellationToken).ConfigureAwait(false);
        BootedMicrovm booted = await launcher
            .BootAsync(spec.Key, spec.Runtime, codeImage, size, cancellationToken).ConfigureAwait(false);
        Microvm microvm = new(spec.Key, booted.Monitor, booted.Agent, lease);
        try
        {
            long began = time.GetTimestamp();
            await launcher.InitialiseAsync(booted, spec, codeSizeBytes, log, cancellationToken).ConfigureAwait(false);
            return (microvm, report with { Kind = StartKind.Cold, InitDuration = time.GetElapsedTime(began) });
        }
        catch (Exception failure)
        {
            WorkerException? known = failure is WorkerException worker
                ? await failures.ReportAsync(booted.Monitor, spec.Key, worker).ConfigureAwait(false)
                : null;
            await microvm.DisposeAsync().ConfigureAwait(false);
            if (known is not null)
            {
                throw known;
            }
            throw;
        }
    }

    private async Task EndAsync(Microvm microvm)
    {
        _live.TryRemove(microvm.Monitor.Id, out _);
        try
        {
            await microvm.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _admission.Release(microvm.Lease);
        }
    }
}
