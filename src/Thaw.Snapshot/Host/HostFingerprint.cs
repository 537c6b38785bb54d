using System.Globalization;

namespace Thaw.Snapshot;

/// <summary>What of a host a guest, or its saved state, depends on.</summary>
/// <param name="Architecture">As uname -m says it: <c>x86_64</c>.</param>
/// <param name="CpuVendor">CPUID's vendor text: <c>GenuineIntel</c>, <c>AuthenticAMD</c>.</param>
/// <param name="CpuSignature">CPUID leaf 1, eax: family, model, stepping.</param>
/// <param name="CpuidHash">Hash of the CPUID leaves that KVM can give a guest; see
/// <see cref="Snapshot.CpuidHash"/>.</param>
/// <param name="KernelRelease">As uname -r says it.</param>
/// <param name="Capabilities">KVM capabilities that the saved state relies on, with their values.</param>
public sealed record HostFingerprint(
    string Architecture,
    string CpuVendor,
    uint CpuSignature,
    ulong CpuidHash,
    string KernelRelease,
    IReadOnlyList<KvmCapabilityValue> Capabilities) : ISnapshotState<HostFingerprint>
{
    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <summary>
    /// Refuses to restore a snapshot of this fingerprint on <paramref name="host"/> unless they agree.
    /// </summary>
    /// <exception cref="SnapshotException">They differ; the message has both values.</exception>
    public void RequireSameHost(HostFingerprint host, HostCheckOverrides overrides = HostCheckOverrides.None)
    {
        Require("CPU architecture", Architecture, host.Architecture);
        Require("CPU vendor", VendorName(CpuVendor), VendorName(host.CpuVendor));
        if (!overrides.HasFlag(HostCheckOverrides.CpuModel))
        {
            Require("CPU model", Hex(CpuSignature, 8), Hex(host.CpuSignature, 8));
            Require("CPU feature hash", Hex(CpuidHash, 16), Hex(host.CpuidHash, 16));
        }

        if (!overrides.HasFlag(HostCheckOverrides.KernelRelease))
        {
            Require("host kernel", KernelRelease, host.KernelRelease);
        }

        foreach (KvmCapabilityValue needed in Capabilities)
        {
            RequireCapability(needed, host.Capabilities);
        }
    }

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
        writer.Text(Architecture);
        writer.Text(CpuVendor);
        writer.U32(CpuSignature);
        writer.U64(CpuidHash);
        writer.Text(KernelRelease);
        writer.Count(Capabilities.Count);
        foreach (KvmCapabilityValue capability in Capabilities)
        {
            writer.U32(capability.Capability);
            writer.U32(capability.Value);
        }
    }

    /// <inheritdoc/>
    public static HostFingerprint Decode(StateReader reader, ushort version)
    {
        string architecture = reader.Text(bytesMax: 64);
        string vendor = reader.Text(bytesMax: 64);
        uint signature = reader.U32();
        ulong hash = reader.U64();
        string release = reader.Text(bytesMax: 256);
        KvmCapabilityValue[] capabilities =
            new KvmCapabilityValue[reader.Count(SnapshotLimits.CapabilityCountMax, elementBytes: 8)];
        for (int i = 0; i < capabilities.Length; i++)
        {
            capabilities[i] = new KvmCapabilityValue(reader.U32(), reader.U32());
        }

        return new HostFingerprint(architecture, vendor, signature, hash, release, capabilities);
    }

    private static void Require(string what, string snapshot, string host)
    {
        if (!string.Equals(snapshot, host, StringComparison.Ordinal))
        {
            throw new SnapshotException(
                SnapshotFault.HostMismatch, $"Snapshot {what} is {snapshot}, this host's is {host}.");
        }
    }

    private static void RequireCapability(KvmCapabilityValue needed, IReadOnlyList<KvmCapabilityValue> host)
    {
        uint value = host.FirstOrDefault(c => c.Capability == needed.Capability).Value;
        if (value < needed.Value)
        {
            throw new SnapshotException(
                SnapshotFault.HostMismatch,
                $"Snapshot needs KVM capability {needed.Capability} of at least {needed.Value}, "
                + $"this host has {value}.");
        }
    }

    private static string VendorName(string vendor) => vendor switch
    {
        "GenuineIntel" => "Intel",
        "AuthenticAMD" => "AMD",
        _ => vendor,
    };

    private static string Hex(ulong value, int digits) =>
        "0x" + value.ToString("x" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
