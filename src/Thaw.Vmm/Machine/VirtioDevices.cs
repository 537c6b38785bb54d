using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Config;

namespace Thaw.Vmm.Machine;

/// <summary>Makes the virtio devices of a configuration: drives, persistent memory, vsock, entropy, in this order.</summary>
internal static class VirtioDevices
{
    /// <summary>How many there are.</summary>
    internal static int Count(MicrovmConfig config) =>
        config.Drives.Count + config.Pmems.Count + (config.Vsock is null ? 0 : 1) + (config.HasEntropy ? 1 : 0);

    internal static void AddNew(
        Hardware hardware, MicrovmConfig config, IReadOnlyList<GuestRegion> pmem, MicrovmEnvironment environment)
    {
    }

    internal static void AddRestored(
        Hardware hardware,
        MicrovmConfig config,
        IReadOnlyList<GuestRegion> pmem,
        MicrovmEnvironment environment,
        SnapshotReader reader)
    {
    }

    internal static void Save(Hardware hardware, SnapshotWriter writer)
    {
    }
}
