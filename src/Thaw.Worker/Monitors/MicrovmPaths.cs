using Thaw.Protocol;

namespace Thaw.Worker.Monitors;

/// <summary>The files of one microVM while it runs: DIR/run/ID.</summary>
/// <param name="Directory">The microVM's own directory.</param>
internal sealed record MicrovmPaths(string Directory)
{
    internal string ApiSocket => Path.Combine(Directory, "api.sock");

    /// <summary>Where the monitor listens for connections to the guest.</summary>
    internal string Vsock => Path.Combine(Directory, "v.sock");

    /// <summary>Where the worker listens for the agent's hello.</summary>
    internal string HelloSocket => $"{Vsock}_{ProtocolLimits.HelloPort}";

    internal string ConsoleLog => Path.Combine(Directory, "console.log");

    /// <summary>The monitor's process: its id and start time.</summary>
    internal string ProcessFile => Path.Combine(Directory, "monitor.pid");
}
