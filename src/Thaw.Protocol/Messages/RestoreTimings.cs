namespace Thaw.Protocol;

/// <summary>How long each step of a restore took in the guest, in microseconds.</summary>
public sealed record RestoreTimings
{
    /// <summary>Adding entropy to the kernel and reseeding its generator.</summary>
    public long EntropyUs { get; init; }

    /// <summary>Setting the wall clock.</summary>
    public long ClockUs { get; init; }

    /// <summary>Setting the host name and writing clone id, boot id and machine id.</summary>
    public long IdentityUs { get; init; }

    /// <summary>Moving the generation counter on.</summary>
    public long GenerationUs { get; init; }

    /// <summary>Thawing the function.</summary>
    public long ThawUs { get; init; }

    /// <summary>Waiting until the function's watchers of the generation counter have confirmed.</summary>
    public long WatchersUs { get; init; }

    /// <summary>The runtime's restore and after-restore hooks.</summary>
    public long HooksUs { get; init; }

    /// <summary>From the frame's arrival to the answer.</summary>
    public long TotalUs { get; init; }
}
