namespace Thaw.Dev.Demo;

/// <summary>What the demonstration measured.</summary>
internal sealed record DemoFigures
{
    /// <summary><c>kvm</c> or <c>emulated</c>.</summary>
    public required string Host { get; init; }

    /// <summary>Why this host.</summary>
    public required string HostReason { get; init; }

    /// <summary>The service's address.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The guest's kernel.</summary>
    public required string Kernel { get; init; }

    /// <summary>The function's memory limit in MiB.</summary>
    public required int MemorySize { get; init; }

    /// <summary>From the request to the answer of $LATEST, which boots and runs init.</summary>
    public required double ColdStartMs { get; init; }

    /// <summary>CPU time of that microVM.</summary>
    public required double ColdStartCpuMs { get; init; }

    /// <summary>Private memory of that microVM.</summary>
    public required long ColdStartPrivateBytes { get; init; }

    /// <summary>From the publish request to the version being active.</summary>
    public required double PublishMs { get; init; }

    /// <summary>The published version.</summary>
    public required string Version { get; init; }

    /// <summary>Starts that were tried again in a fresh microVM.</summary>
    public required int StartRetries { get; init; }

    /// <summary>Median of the clones that ran alone: from the request to the answer.</summary>
    public required double AnswerMedianMs { get; init; }

    /// <summary>Cold start over that median.</summary>
    public required double Speedup { get; init; }

    /// <summary>Each clone.</summary>
    public required IReadOnlyList<CloneFigures> Clones { get; init; }
}
