using System.Globalization;
using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>Names of the sections of a microVM's snapshot.</summary>
internal static class SnapshotSections
{
    internal static SectionId Config { get; } = new("vm/config");

    internal static SectionId Vm { get; } = new("vm/kvm");

    internal static SectionId Serial { get; } = new("dev/serial");

    internal static SectionId Vcpu(uint id) => new("vm/vcpu/" + id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The registers and queues of the device in window <paramref name="index"/>.</summary>
    internal static SectionId Transport(int index) =>
        new($"dev/virtio/{index.ToString(CultureInfo.InvariantCulture)}/transport");

    /// <summary>The device in window <paramref name="index"/> itself.</summary>
    internal static SectionId Device(int index) =>
        new($"dev/virtio/{index.ToString(CultureInfo.InvariantCulture)}/device");
}
