namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /pmem/ID.</summary>
internal sealed record Pmem
{
    public required string Id { get; init; }

    public required string PathOnHost { get; init; }

    public required bool RootDevice { get; init; }

    public required bool ReadOnly { get; init; }
}
