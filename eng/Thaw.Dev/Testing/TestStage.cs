namespace Thaw.Dev.Testing;

/// <summary>What tests need, from little to much.</summary>
internal enum TestStage
{
    /// <summary>Nothing but what is built.</summary>
    Unit,

    /// <summary>Tiny guests on <c>/dev/kvm</c> of any kind, or guests of QEMU's own.</summary>
    Microvm,

    /// <summary>Published programs, guest images and a host with usable KVM.</summary>
    WholeSystem,
}
