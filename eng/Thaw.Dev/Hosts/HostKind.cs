namespace Thaw.Dev.Hosts;

/// <summary>Where microVMs run.</summary>
internal enum HostKind
{
    /// <summary>On this machine's own KVM.</summary>
    Kvm,

    /// <summary>In the emulated host.</summary>
    Emulated,
}
