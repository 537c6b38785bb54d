namespace Thaw.Dev.Bench.Store;

/// <summary>What a piece of work took.</summary>
/// <param name="CpuSeconds">Processor time of all its threads, user and system.</param>
/// <param name="WallSeconds">Time on the clock.</param>
internal readonly record struct Cost(double CpuSeconds, double WallSeconds)
{
    /// <summary>This work without what <paramref name="start"/> took; never less than a millisecond.</summary>
    public Cost Less(Cost start) => new(
        Math.Max(CpuSeconds - start.CpuSeconds, 0.001), Math.Max(WallSeconds - start.WallSeconds, 0.001));
}
