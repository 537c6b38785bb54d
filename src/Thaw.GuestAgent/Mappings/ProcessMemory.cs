using System.Globalization;
using System.Runtime.InteropServices;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Mappings;

/// <summary>Reads <c>maps</c> and <c>pagemap</c> of all processes. Of kernel threads nothing is to read.</summary>
/// <param name="proc">Where proc is mounted, with all processes in it.</param>
internal sealed class ProcessMemory(string proc) : IProcessMemory
{
    private const int PageBytes = 4096;
    private const int EntryBytes = sizeof(ulong);
    private const int BufferEntries = 8 * 1024;
    private const ulong IsPresent = 1UL << 63;
    private const ulong FrameMask = (1UL << 55) - 1;

    /// <summary>Before the path, a line of <c>maps</c> has range, rights, offset, device and inode.</summary>
    private const int FieldsBeforePath = 5;

    private readonly byte[] _buffer = new byte[BufferEntries * EntryBytes];
    private readonly List<MappedRegion> _regions = [];
    private readonly List<MappedRun> _runs = [];
    private long _pagesLeft;
    private bool _isTruncated;

    /// <inheritdoc/>
    public (MappedMemory Memory, bool IsTruncated) Read()
    {
        _regions.Clear();
        _runs.Clear();
        _pagesLeft = AgentLimits.PagesLookedAtMax;
        // The agent last: what others have of it, it has too.
        int[] processes = [.. ListProcesses().OrderBy(id => id == Environment.ProcessId).ThenBy(id => id)];
        _isTruncated = processes.Length > AgentLimits.ProcessesLookedAtMax;
        foreach (int process in processes.Take(AgentLimits.ProcessesLookedAtMax))
        {
            try
            {
                ReadProcess(process);
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException || IsGone(error))
            {
                // It ended meanwhile.
                continue;
            }
        }
        return (new MappedMemory(_regions, _runs), _isTruncated);
    }

    private static bool IsGone(Exception error) =>
        error is LinuxException { Errno: Errno.ESRCH or Errno.ENOENT }
        || (error is IOException && (Errno)(error.HResult & 0xffff) == Errno.ESRCH);

    private IEnumerable<int> ListProcesses()
    {
        foreach (string directory in Directory.EnumerateDirectories(proc))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                yield return id;
            }
        }
    }

    private void ReadProcess(int process)
    {
        string program = File.ReadAllText($"{proc}/{process}/comm").TrimEnd('\n');
        using SafeFd pagemap = SafeFd.Open($"{proc}/{process}/pagemap", FileOpen.Read);
        foreach (string line in File.ReadLines($"{proc}/{process}/maps"))
        {
            string[] fields = line.Split(
                ' ', FieldsBeforePath + 1, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            // What nobody may read is address space that is only kept free: of that, there may be terabytes.
            if (fields.Length < FieldsBeforePath || !fields[1].StartsWith('r'))
            {
                continue;
            }
            if (_regions.Count == ProtocolLimits.MappedRegionsMax || _runs.Count == ProtocolLimits.MappedRunsMax)
            {
                _isTruncated = true;
                return;
            }
            string[] range = fields[0].Split('-');
            ulong start = ulong.Parse(range[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            ulong end = ulong.Parse(range[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            int runsBefore = _runs.Count;
            ReadPages(pagemap, start, end);
            if (_runs.Count > runsBefore)
            {
                string name = fields.Length > FieldsBeforePath ? fields[FieldsBeforePath] : "";
                _regions.Add(new MappedRegion(process, program, start, fields[1], name));
            }
        }
    }

    private void ReadPages(SafeFd pagemap, ulong start, ulong end)
    {
        ulong first = start / PageBytes;
        long left = (long)((end / PageBytes) - first);
        long limit = Math.Min(AgentLimits.PagesOfRegionMax, _pagesLeft);
        if (left > limit)
        {
            _isTruncated = true;
            left = limit;
        }
        _pagesLeft -= left;
        ulong lastFrame = 0;
        for (uint page = 0; left > 0;)
        {
            int entries = (int)Math.Min(left, BufferEntries);
            Errno errno = pagemap.TryReadAt(
                _buffer.AsSpan(0, entries * EntryBytes), (long)(first + page) * EntryBytes, out int count);
            if (errno != Errno.OK)
            {
                throw new LinuxException(errno, "read a process's pagemap");
            }
            if (count == 0)
            {
                return;
            }
            foreach (ulong entry in MemoryMarshal.Cast<byte, ulong>(_buffer.AsSpan(0, count)))
            {
                ulong frame = entry & FrameMask;
                // The page of zeros that all share who have only read is nobody's.
                if ((entry & IsPresent) != 0 && frame is not 0 and <= uint.MaxValue && frame != lastFrame)
                {
                    Add(page, (uint)frame);
                }
                lastFrame = frame;
                page++;
            }
            left -= count / EntryBytes;
        }
    }

    /// <summary>Notes a page of the region that comes next.</summary>
    private void Add(uint page, uint frame)
    {
        int region = _regions.Count;
        if (_runs.Count > 0 && _runs[^1] is var run && run.Region == region
            && run.PageInRegion + run.Count == page && run.Frame + run.Count == frame)
        {
            _runs[^1] = run with { Count = run.Count + 1 };
        }
        else if (_runs.Count < ProtocolLimits.MappedRunsMax)
        {
            _runs.Add(new MappedRun(region, page, frame, 1));
        }
        else
        {
            _isTruncated = true;
        }
    }
}
