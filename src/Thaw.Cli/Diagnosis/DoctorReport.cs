namespace Thaw.Cli.Diagnosis;

/// <summary>What a machine has, and what Thaw will do about it.</summary>
internal sealed record DoctorReport
{
    /// <summary>How Thaw will run microVMs.</summary>
    public required HostKind Host { get; init; }

    /// <summary>The kernel's release.</summary>
    public required string Kernel { get; init; }

    /// <summary>The distribution.</summary>
    public required string Distribution { get; init; }

    /// <summary>How many CPUs there are.</summary>
    public required int Cpus { get; init; }

    /// <summary>All memory in MiB.</summary>
    public required long MemoryMib { get; init; }

    /// <summary>Memory to be had in MiB.</summary>
    public required long MemoryAvailableMib { get; init; }

    /// <summary>KVM.</summary>
    public required KvmReport Kvm { get; init; }

    /// <summary>Programs that Thaw uses.</summary>
    public required IReadOnlyList<ToolReport> Tools { get; init; }

    /// <summary>The runtimes that there are images for.</summary>
    public required IReadOnlyList<string> Runtimes { get; init; }

    /// <summary>What is wrong with the images, if anything.</summary>
    public string? ImageProblem { get; init; }

    /// <summary>What Thaw will do, and what is left to do.</summary>
    public required IReadOnlyList<string> Advice { get; init; }
}
