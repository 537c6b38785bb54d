namespace Thaw.Devices.Virtio.Block;

/// <summary>What a guest's flush does; names as in the monitor API's <c>cache_type</c>.</summary>
public enum BlockCacheType : byte
{
    /// <summary>Flushes are not offered: the host writes back when it likes.</summary>
    Unsafe = 0,

    /// <summary>A flush reaches the host's storage.</summary>
    Writeback = 1,
}
