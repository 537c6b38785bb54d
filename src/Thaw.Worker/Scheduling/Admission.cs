namespace Thaw.Worker.Scheduling;

/// <summary>What a request gets: an idle microVM, or room to start one.</summary>
/// <param name="Idle">A microVM that can serve the request at once.</param>
/// <param name="Lease">Room to start one.</param>
/// <param name="Evicted">Idle microVMs whose room this is; they have to end before another starts in it.</param>
internal sealed record Admission<T>(T? Idle, Lease? Lease, IReadOnlyList<T> Evicted)
    where T : class, IReusable;
