using Thaw.Linux;

namespace Thaw.Devices.Virtio.Pmem;

/// <summary>What a restored persistent memory device is connected to.</summary>
/// <param name="Path">The file now behind it.</param>
/// <param name="Backing">That file, to flush; not needed when read-only. Not owned.</param>
public sealed record PmemArgs(string Path, SafeFd? Backing);
