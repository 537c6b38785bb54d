namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /snapshot/load; verify_memory and the overrides of drives and pmem devices are Thaw's.</summary>
internal sealed record SnapshotLoad
{
    public required string SnapshotPath { get; init; }

    public required MemoryBackend MemBackend { get; init; }

    public bool ResumeVm { get; init; }

    public bool VerifyMemory { get; init; }

    public VsockOverride? VsockOverride { get; init; }

    public IReadOnlyList<PathOverride>? DriveOverrides { get; init; }

    public IReadOnlyList<PathOverride>? PmemOverrides { get; init; }
}
