namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /drives/ID.</summary>
internal sealed record Drive
{
    public required string DriveId { get; init; }

    public required string PathOnHost { get; init; }

    public required bool IsRootDevice { get; init; }

    public required bool IsReadOnly { get; init; }
}
