namespace Thaw.Devices.Virtio.Block;

/// <summary>What a restored block device is connected to.</summary>
/// <param name="PathOverride">Another file than the saved one; null: the saved one.</param>
public sealed record BlockArgs(string? PathOverride = null);
