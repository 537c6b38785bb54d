namespace Thaw.Monitor.Models;

/// <summary>Thaw's own: another file behind a drive or pmem device of a restored microVM.</summary>
internal sealed record PathOverride
{
    /// <summary>The device.</summary>
    public required string Id { get; init; }

    /// <summary>The file.</summary>
    public required string PathOnHost { get; init; }
}
