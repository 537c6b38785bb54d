namespace Thaw.Worker;

/// <summary>Where a clone had a value.</summary>
/// <param name="CloneId">The clone.</param>
/// <param name="Where"><c>response</c>, <c>log</c> or <c>memory</c>.</param>
/// <param name="Offset">Where in it; in memory, the address that the guest's processor uses.</param>
public sealed record ValuePlace(string CloneId, string Where, long Offset)
{
    /// <summary>In memory, whose it is; null where the guest did not say.</summary>
    public MemoryLocation? Location { get; init; }
}
