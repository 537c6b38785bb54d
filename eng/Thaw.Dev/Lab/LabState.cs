namespace Thaw.Dev.Lab;

/// <summary>A running emulated host, as others need to know it.</summary>
internal sealed record LabState
{
    /// <summary>QEMU's process id.</summary>
    public required int Pid { get; init; }

    /// <summary>Where the service will answer once it runs inside.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The command that runs another one inside: append it as one shell string.</summary>
    public required IReadOnlyList<string> Exec { get; init; }

    /// <summary>The file with the serial console's output.</summary>
    public required string Console { get; init; }

    /// <summary>Hash of the programs and images inside.</summary>
    public required string Payload { get; init; }

    /// <summary>The exec channel's port on 127.0.0.1.</summary>
    public required int ExecPort { get; init; }
}
