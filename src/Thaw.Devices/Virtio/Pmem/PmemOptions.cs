using Thaw.Memory;

namespace Thaw.Devices.Virtio.Pmem;

/// <summary>What a persistent memory device is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Path">The file behind it.</param>
/// <param name="IsReadOnly">Whether the guest may only read.</param>
/// <param name="Start">Guest physical address of its memory.</param>
/// <param name="SizeBytes">Length of its memory.</param>
public sealed record PmemOptions(string Id, string Path, bool IsReadOnly, GuestAddress Start, ulong SizeBytes);
