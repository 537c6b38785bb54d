using Thaw.Monitor.Api;
using Thaw.Monitor.Models;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Monitor.Control;

/// <summary>From a request to load a snapshot to the microVM's.</summary>
internal static class RestoreTranslation
{
    private const int GenerationIdBytes = 16;

    /// <summary>What of a request cannot be done, or is wrong; null when it can be tried.</summary>
    internal static string? FindFault(LoadSnapshotRequest request, MemoryBackend memory)
    {
        if (memory.BackendType != MemoryBackendType.File && (memory.BasePaths.Count > 0 || request.VerifyMemory))
        {
            return $"Load snapshot error: base_paths and verify_memory are for memory files; with "
                + $"{memory.BackendType} the page-fault handler composes and verifies.";
        }

        if (request.HugePages is not (LoadHugePages.Snapshot or LoadHugePages.None))
        {
            return ApiErrors.NotSupportedYet("huge_pages");
        }

        if (request.ClockRealtime)
        {
            return ApiErrors.NotSupportedYet("clock_realtime");
        }

        if (memory.BasePaths.Count != memory.BaseSnapshotPaths.Count)
        {
            return $"Load snapshot error: mem_backend has {memory.BasePaths.Count} base_paths and "
                + $"{memory.BaseSnapshotPaths.Count} base_snapshot_paths; each base needs its memory and its state "
                + "file.";
        }

        if (request.Vmgenid is { } id && (id.Length != GenerationIdBytes * 2 || !id.All(char.IsAsciiHexDigit)))
        {
            return $"Load snapshot error: vmgenid is \"{id}\", it takes {GenerationIdBytes * 2} hexadecimal digits.";
        }

        return FindDuplicate(request.DriveOverrides, "drive_overrides")
            ?? FindDuplicate(request.PmemOverrides, "pmem_overrides");
    }

    /// <summary>The microVM's request.</summary>
    internal static RestoreRequest ToVmm(
        LoadSnapshotRequest request, MemoryBackend memory, IGuestMemoryProvider? provider = null)
    {
        HostCheckOverrides overrides = HostCheckOverrides.None;
        overrides |= request.AllowOtherKernel ? HostCheckOverrides.KernelRelease : HostCheckOverrides.None;
        overrides |= request.AllowOtherCpuModel ? HostCheckOverrides.CpuModel : HostCheckOverrides.None;
        return new RestoreRequest
        {
            Snapshot = new SnapshotFiles(request.SnapshotPath, memory.BackendPath),
            Memory = provider,
            Bases = [.. memory.BaseSnapshotPaths.Zip(memory.BasePaths, (s, m) => new SnapshotFiles(s, m))],
            VerifyMemory = request.VerifyMemory,
            TrackDirtyPages = request.TrackDirtyPages,
            VsockUdsPath = request.VsockOverride?.UdsPath,
            DrivePaths = request.DriveOverrides.ToDictionary(o => o.Id, o => o.PathOnHost),
            PmemPaths = request.PmemOverrides.ToDictionary(o => o.Id, o => o.PathOnHost),
            VmGenId = request.Vmgenid is { } id ? Convert.FromHexString(id) : null,
            HostOverrides = overrides,
        };
    }

    private static string? FindDuplicate(IReadOnlyList<PathOverride> overrides, string field) =>
        overrides.GroupBy(o => o.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? $"Load snapshot error: {field} has {twice.Key} twice."
            : null;
}
