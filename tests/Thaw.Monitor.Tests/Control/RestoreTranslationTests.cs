using Thaw.Monitor.Control;
using Thaw.Monitor.Models;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Monitor.Tests.Control;

public sealed class RestoreTranslationTests
{
    private static readonly MemoryBackend s_file = new() { BackendPath = "/m", BackendType = MemoryBackendType.File };

    private static readonly LoadSnapshotRequest s_request = new() { SnapshotPath = "/s" };

    [Fact]
    public void ToVmm_WithEverything_KeepsIt()
    {
        RestoreRequest request = RestoreTranslation.ToVmm(
            s_request with
            {
                VerifyMemory = true,
                Vmgenid = "00112233445566778899AABBCCDDEEFF",
                AllowOtherKernel = true,
                DriveOverrides = [new PathOverride { Id = "code", PathOnHost = "/c" }],
            },
            s_file with { BasePaths = ["/m0", "/m1"], BaseSnapshotPaths = ["/s0", "/s1"] });

        Assert.Equal([new SnapshotFiles("/s0", "/m0"), new SnapshotFiles("/s1", "/m1")], request.Bases);
        Assert.Equal(new SnapshotFiles("/s", "/m"), request.Snapshot);
        Assert.Equal(HostCheckOverrides.KernelRelease, request.HostOverrides);
        Assert.Equal("/c", request.DrivePaths["code"]);
        Assert.Equal(0xff, request.VmGenId![15]);
    }

    [Fact]
    public void FindFault_BaseWithoutStateFile_IsNamed() => Assert.Equal(
        "Load snapshot error: mem_backend has 1 base_paths and 0 base_snapshot_paths; each base needs its memory and "
        + "its state file.",
        RestoreTranslation.FindFault(s_request, s_file with { BasePaths = ["/m0"] }));

    [Theory]
    [InlineData("")]
    [InlineData("0011")]
    [InlineData("0x112233445566778899aabbccddeeff")]
    public void FindFault_GenerationIdThatIsNone_IsNamed(string id) => Assert.Equal(
        $"Load snapshot error: vmgenid is \"{id}\", it takes 32 hexadecimal digits.",
        RestoreTranslation.FindFault(s_request with { Vmgenid = id }, s_file));

    [Fact]
    public void FindFault_OneDeviceTwice_IsNamed()
    {
        PathOverride code = new() { Id = "code", PathOnHost = "/c" };

        Assert.Equal(
            "Load snapshot error: pmem_overrides has code twice.",
            RestoreTranslation.FindFault(s_request with { PmemOverrides = [code, code] }, s_file));
    }

    [Fact]
    public void FindFault_WhatCannotBeDone_IsNamed()
    {
        MemoryBackend uffd = s_file with { BackendType = MemoryBackendType.Uffd };

        Assert.Null(RestoreTranslation.FindFault(s_request, uffd));
        Assert.Contains(
            "base_paths",
            RestoreTranslation.FindFault(
                s_request, uffd with { BasePaths = ["memory"], BaseSnapshotPaths = ["state"] }),
            StringComparison.Ordinal);
        Assert.Contains(
            "verify_memory",
            RestoreTranslation.FindFault(s_request with { VerifyMemory = true }, uffd),
            StringComparison.Ordinal);
        Assert.Contains(
            "clock_realtime",
            RestoreTranslation.FindFault(s_request with { ClockRealtime = true }, s_file),
            StringComparison.Ordinal);
    }
}
