namespace Thaw.Devices.Virtio;

/// <summary>Reading of device-specific configuration.</summary>
internal static class ConfigSpace
{
    /// <summary>Copies what of <paramref name="config"/> the driver asked for; what is beyond it stays zero.</summary>
    internal static void Read(ReadOnlySpan<byte> config, ulong offset, Span<byte> data)
    {
        if (offset < (ulong)config.Length)
        {
            ReadOnlySpan<byte> rest = config[(int)offset..];
            rest[..Math.Min(rest.Length, data.Length)].CopyTo(data);
        }
    }
}
