using Thaw.Linux;

namespace Thaw.Devices.Virtio.Rng;

/// <summary>The host kernel's generator.</summary>
public sealed class KernelEntropySource : IEntropySource
{
    /// <inheritdoc/>
    public bool TryFill(Span<byte> buffer) => KernelRandom.TryFill(buffer) == Errno.OK;
}
