namespace Thaw.Vmm.Config;

/// <summary>The vsock device.</summary>
public sealed record VsockConfig
{
    /// <summary>First context id that a guest may have; 0 to 2 are the hypervisor's and the host's.</summary>
    public const uint GuestCidMin = 3;

    /// <summary>The guest's context id.</summary>
    public required uint GuestCid { get; init; }

    /// <summary>The Unix socket that stands for the guest on the host.</summary>
    public required string UdsPath { get; init; }
}
