using Thaw.Linux;

namespace Thaw.Vmm.Machine;

/// <summary>What a microVM uses of its process.</summary>
public sealed record MicrovmEnvironment
{
    /// <summary>The loop that runs its devices; the microVM is used on this loop's thread only.</summary>
    public required EventLoop Loop { get; init; }

    /// <summary>Where the guest's serial console goes; null to keep only its tail.</summary>
    public SafeFd? ConsoleSink { get; init; }

    /// <summary>Fills a span with randomness of the host.</summary>
    public required Action<Span<byte>> FillRandom { get; init; }

    /// <summary>Host time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Path of KVM's device.</summary>
    public string KvmPath { get; init; } = "/dev/kvm";
}
