namespace Thaw.Devices.Virtio.Rng;

/// <summary>Where random bytes for guests come from.</summary>
public interface IEntropySource
{
    /// <summary>Fills the whole of <paramref name="buffer"/>; false when the source failed.</summary>
    bool TryFill(Span<byte> buffer);
}
