using System.Globalization;
using Thaw.Core;
using Thaw.Protocol;

namespace Thaw.Worker.Checks;

/// <summary>Whose the pages of a guest's memory are, as its agent said.</summary>
internal sealed class MemoryOwners
{
    /// <summary>What no process has: see <see cref="MemoryLocation.Mapping"/>.</summary>
    internal const string Nobodys = "kernel, cache or free memory";

    private readonly IReadOnlyList<MappedRegion> _regions;
    private readonly MappedRun[] _runs;
    private readonly bool _isTruncated;

    internal MemoryOwners(MappedMemory memory, bool isTruncated)
    {
        _regions = memory.Regions;
        // Stable: of several that have a page, the first that was named comes first.
        _runs = [.. memory.Runs.OrderBy(run => run.Frame)];
        _isTruncated = isTruncated;
    }

    /// <summary>Whose an address of the guest's processor is; null where the guest may not have said all.</summary>
    internal MemoryLocation? Find(long address)
    {
        long frame = address / PageSize.Bytes;
        foreach (MappedRun run in _runs)
        {
            if (run.Frame > frame)
            {
                break;
            }
            if (frame < (long)run.Frame + run.Count)
            {
                return Locate(run, frame - run.Frame, address % PageSize.Bytes);
            }
        }
        return _isTruncated ? null : new MemoryLocation { Mapping = Nobodys };
    }

    private MemoryLocation Locate(MappedRun run, long page, long offset)
    {
        MappedRegion region = _regions[run.Region];
        return new MemoryLocation
        {
            ProcessId = region.ProcessId,
            Program = region.Program,
            // Without a name its place has to do: among clones of one snapshot it mostly is the same.
            Mapping = region.Name.Length > 0
                ? region.Name
                : string.Create(CultureInfo.InvariantCulture, $"anonymous 0x{region.Start:x}"),
            Rights = region.Rights,
            Start = region.Start,
            Offset = ((run.PageInRegion + page) * PageSize.Bytes) + offset,
        };
    }
}
