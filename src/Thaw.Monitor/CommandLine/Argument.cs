namespace Thaw.Monitor.CommandLine;

/// <summary>An argument that the command line may have.</summary>
/// <param name="Name">The name without dashes.</param>
/// <param name="Help">One line of help.</param>
/// <param name="TakesValue">Whether a value follows.</param>
/// <param name="Apply">Puts it into the options.</param>
internal sealed record Argument(
    string Name, string Help, bool TakesValue, Func<MonitorOptions, string, MonitorOptions> Apply);
