namespace Thaw.Cli.Commands;

/// <summary>What <c>thaw serve --json</c> says once it serves.</summary>
/// <param name="Endpoint">Where.</param>
/// <param name="ProcessId">The service's process.</param>
/// <param name="Impediment">What keeps it from starting microVMs, if anything.</param>
internal sealed record ServeStarted(string Endpoint, int ProcessId, string? Impediment);
