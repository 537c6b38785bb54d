namespace Thaw.Cli.Diagnosis;

/// <summary>How Thaw runs microVMs on a machine.</summary>
internal enum HostKind
{
    /// <summary>On the machine's own KVM.</summary>
    Native,

    /// <summary>On the KVM of a Linux that QEMU emulates.</summary>
    Emulated,

    /// <summary>Not at all.</summary>
    None,
}
