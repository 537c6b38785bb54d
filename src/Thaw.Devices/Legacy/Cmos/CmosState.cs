namespace Thaw.Devices.Legacy;

/// <summary>Saved state of a <see cref="CmosRtc"/>: the time is always the host's.</summary>
public sealed record CmosState
{
    /// <summary>The selected register.</summary>
    public required byte Index { get; init; }
}
