namespace Thaw.Devices.Virtio.Block;

/// <summary>What a block device is.</summary>
/// <param name="DriveId">Its id; the first 20 bytes are what the guest gets as serial number.</param>
/// <param name="Path">The file behind it.</param>
/// <param name="IsReadOnly">Whether the guest may only read.</param>
/// <param name="CacheType">What a flush does.</param>
public sealed record BlockOptions(string DriveId, string Path, bool IsReadOnly, BlockCacheType CacheType);
