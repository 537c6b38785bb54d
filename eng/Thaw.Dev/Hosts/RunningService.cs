namespace Thaw.Dev.Hosts;

/// <summary>A service that answers.</summary>
internal sealed record RunningService
{
    /// <summary><c>kvm</c> or <c>emulated</c>.</summary>
    public required string Host { get; init; }

    /// <summary>Its address.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Where it keeps its data, on its host.</summary>
    public required string Data { get; init; }

    /// <summary>Where its log is, on its host.</summary>
    public required string Log { get; init; }

    /// <summary>The file with its process id, on its host.</summary>
    public required string PidFile { get; init; }

    /// <summary>How to run a shell command on its host: append it as one string.</summary>
    public required IReadOnlyList<string> Exec { get; init; }

    /// <summary>Where the programs are, on its host.</summary>
    public required string Programs { get; init; }

    /// <summary>Where the guest images are, on its host.</summary>
    public required string Images { get; init; }

    /// <summary>What <c>thaw serve</c> is told for this host, beside where things are.</summary>
    public required IReadOnlyList<string> ServeOptions { get; init; }

    /// <summary>The shell command that starts it.</summary>
    public required string StartCommand { get; init; }
}
