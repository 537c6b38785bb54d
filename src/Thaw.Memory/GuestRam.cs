using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Memory;

/// <summary>Makes memory for tests and microVMs: anonymous regions at given addresses.</summary>
public static class GuestRam
{
    /// <summary>One region of zeroed private memory at <paramref name="start"/>.</summary>
    /// <exception cref="LinuxException">No address space.</exception>
    public static GuestRegion Anonymous(GuestAddress start, ulong lengthBytes) =>
        new(start, SafeMappingHandle.Anonymous(PageSize.AlignUp(lengthBytes, PageSize.Bytes)));
}
