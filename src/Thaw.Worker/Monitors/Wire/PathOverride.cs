namespace Thaw.Worker.Monitors.Wire;

/// <summary>The file of a clone's device.</summary>
internal sealed record PathOverride
{
    public required string Id { get; init; }

    public required string PathOnHost { get; init; }
}
