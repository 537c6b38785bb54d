using Microsoft.Win32.SafeHandles;

namespace Thaw.FunctionRuntime.Clones;

/// <summary>
/// The first word of the page that <c>/dev/sysgenid</c> maps: the kernel's count of restores. It is right before any
/// of a clone's threads goes on.
/// </summary>
internal static class GenerationWord
{
    private const string Device = "/dev/sysgenid";
    private static readonly nint s_address = Map();

    /// <summary>The word now; always 0 on machines that are no clones of Thaw's.</summary>
    internal static uint Value
    {
        get
        {
            if (s_address == 0)
            {
                return 0;
            }

            // SAFETY: a page that the kernel mapped, aligned, and never unmapped as long as the process lives.
            unsafe
            {
                return Volatile.Read(ref *(uint*)s_address);
            }
        }
    }

    private static nint Map()
    {
        if (!File.Exists(Device))
        {
            return 0;
        }

        using SafeFileHandle file = File.OpenHandle(Device, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        nint address = Libc.Map(0, (nuint)Environment.SystemPageSize, Libc.PROT_READ, Libc.MAP_SHARED, file, 0);
        // Without it, clones would have to rely on the runtime alone: better not to start at all.
        return address != Libc.MAP_FAILED ? address : throw new IOException($"{Device} cannot be mapped.");
    }
}
