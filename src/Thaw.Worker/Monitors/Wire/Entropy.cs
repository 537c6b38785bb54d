namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /entropy.</summary>
internal sealed record Entropy;
