using System.Globalization;
using Thaw.Linux;

namespace Thaw.GuestAgent.Secrets;

/// <summary>
/// Memory files of the name <c>wipeonsuspend</c> that the function's processes have open or mapped: the way of every
/// language to mark memory.
/// </summary>
/// <param name="proc">Where proc is mounted, with all processes in it.</param>
/// <param name="members">The list of the function's processes: <c>cgroup.procs</c>.</param>
internal sealed class NamedMemoryFiles(string proc, string members)
{
    /// <summary>What the kernel shows for such a file.</summary>
    private const string LinkTarget = "/memfd:wipeonsuspend (deleted)";

    private const int ZerosBytes = 16 * 1024;
    private const int PageBytes = 4096;

    /// <summary>Before the path, a line of <c>maps</c> has range, rights, offset, device and inode.</summary>
    private const int MapsFieldsBeforePath = 5;

    private readonly byte[] _zeros = new byte[ZerosBytes];

    /// <summary>Overwrites them with zeros, then punches them, and returns how many held data.</summary>
    /// <exception cref="IOException">One could not be emptied.</exception>
    internal int WipeAll()
    {
        int wiped = 0;
        foreach (string line in File.ReadLines(members))
        {
            string process = $"{proc}/{int.Parse(line, CultureInfo.InvariantCulture)}";
            // Threads may have descriptor tables of their own.
            foreach (string task in Entries($"{process}/task"))
            {
                wiped += WipeOpen($"{task}/fd");
            }
            wiped += WipeMapped(process);
        }
        return wiped;
    }

    /// <summary>A process that ended meanwhile has nothing left: its directories are empty or gone.</summary>
    private static string[] Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (IOException error) when ((Errno)(error.HResult & 0xffff) == Errno.ESRCH)
        {
            return [];
        }
    }

    private int WipeOpen(string directory)
    {
        int wiped = 0;
        foreach (string link in Entries(directory))
        {
            if (new FileInfo(link).LinkTarget == LinkTarget && Wipe(link))
            {
                wiped++;
            }
        }
        return wiped;
    }

    /// <summary>A file whose descriptor was closed lives on in its mappings.</summary>
    private int WipeMapped(string process)
    {
        const StringSplitOptions Options = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        int wiped = 0;
        foreach (string line in Lines($"{process}/maps"))
        {
            string[] fields = line.Split(' ', MapsFieldsBeforePath + 1, Options);
            if (fields.Length > MapsFieldsBeforePath && fields[MapsFieldsBeforePath] == LinkTarget
                && Wipe($"{process}/map_files/{fields[0]}"))
            {
                wiped++;
            }
        }
        return wiped;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Empties a file; whether there was data in it. A second look at the same file finds none.</summary>
    private bool Wipe(string path)
    {
        using SafeFd file = SafeFd.Open(path, FileOpen.ReadWrite);
        bool heldData = Overwrite(file, path);
        // The last page whole: a mapping can write behind the file's end.
        long pages = (file.Length() + PageBytes - 1) / PageBytes;
        Errno errno = pages == 0 ? Errno.OK : SparseFile.TryPunch(file, 0, pages * PageBytes);
        return errno == Errno.OK ? heldData : throw Failure(errno, "punch", path);
    }

    /// <summary>A hole alone would drop pages with their bytes in them.</summary>
    private bool Overwrite(SafeFd file, string path)
    {
        bool found = false;
        long offset = 0;
        Errno errno;
        while ((errno = SparseFile.TryFindData(file, offset, out offset, out long end)) == Errno.OK)
        {
            found = true;
            while (offset < end)
            {
                int size = (int)Math.Min(_zeros.Length, end - offset);
                errno = file.TryWriteAt(_zeros.AsSpan(0, size), offset, out int count);
                if (errno is not (Errno.OK or Errno.EINTR))
                {
                    // EPERM: the function sealed it against writing.
                    throw Failure(errno, "overwrite", path);
                }
                offset += count;
            }
        }
        return errno == Errno.ENXIO ? found : throw Failure(errno, "find the data of", path);
    }

    private static LinuxException Failure(Errno errno, string what, string path) =>
        new(errno, $"{what} {path}, a memory file named wipeonsuspend");
}
