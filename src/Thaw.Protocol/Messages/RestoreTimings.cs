namespace Thaw.Protocol;

/// <summary>How long each step of a restore took in the guest, in microseconds.</summary>
public sealed record RestoreTimings
{
    /// <summary>Adding entropy to the kernel and reseeding its generator.</summary>
    public long EntropyUs { get; init; }

    /// <summary>Setting the wall clock.</summary>
    public long ClockUs { get; init; }

    /// <summary>Setting the host name and writing the clone id.</summary>
    public long IdentityUs { get; init; }

    /// <summary>Thawing the function.</summary>
    public long ThawUs { get; init; }

    /// <summary>The runtime's restore and after-restore hooks.</summary>
    public long HooksUs { get; init; }

    /// <summary>From the frame's arrival to the answer.</summary>
    public long TotalUs { get; init; }
}
