using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>What a wipe found: <c>struct sysgenid_wipe_report</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct WipeReport
{
    private readonly ulong _processes;
    private readonly ulong _ranges;
    private readonly ulong _pages;
    private readonly ulong _left;
    private readonly ulong _swapped;
    private readonly ulong _busy;

    /// <summary>Address spaces that had marked memory.</summary>
    public ulong Processes => _processes;

    /// <summary>Marked mappings in them.</summary>
    public ulong Ranges => _ranges;

    /// <summary>Pages that were cleared.</summary>
    public ulong Pages => _pages;

    /// <summary>Pages that nobody maps any more, but that could not be cleared.</summary>
    public ulong Left => _left;

    /// <summary>Pages that were swapped out.</summary>
    public ulong Swapped => _swapped;

    /// <summary>Address spaces whose lock could not be had in time.</summary>
    public ulong Busy => _busy;
}
