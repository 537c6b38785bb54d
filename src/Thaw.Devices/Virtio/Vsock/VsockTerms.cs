namespace Thaw.Devices.Virtio.Vsock;

/// <summary>What all connections of a device share.</summary>
internal sealed class VsockTerms(VsockOptions options, TimeProvider time, VsockMetrics metrics)
{
    internal VsockOptions Options { get; } = options;

    internal VsockMetrics Metrics { get; } = metrics;

    /// <summary>The clock now, as a timestamp.</summary>
    internal long Now => time.GetTimestamp();

    /// <summary>The timestamp that comes after <paramref name="delay"/>.</summary>
    internal long After(TimeSpan delay) => Now + (long)(delay.TotalSeconds * time.TimestampFrequency);

    /// <summary>How long it is until <paramref name="deadline"/>; never zero, which would disarm a timer.</summary>
    internal TimeSpan Until(long deadline)
    {
        long left = deadline - Now;
        return left <= 0
            ? TimeSpan.FromTicks(1)
            : TimeSpan.FromSeconds((double)left / time.TimestampFrequency) + TimeSpan.FromTicks(1);
    }
}
