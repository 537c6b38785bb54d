using Thaw.Linux;

namespace Thaw.GuestAgent.Secrets;

/// <summary>
/// The overseer's part before a snapshot: no swap, marked memory emptied by the kernel module, named memory files
/// overwritten and punched.
/// </summary>
/// <param name="device">The module.</param>
/// <param name="swaps">The kernel's list of swap areas: <c>/proc/swaps</c>.</param>
/// <param name="files">The function's named memory files.</param>
internal sealed class SecretWipe(SysgenidDevice device, string swaps, NamedMemoryFiles files) : ISecretWipe
{
    /// <inheritdoc/>
    public WipeSummary WipeAll()
    {
        // Whatever was swapped out once may still lie there.
        SwapAreas.RequireNone(swaps);
        Errno errno = device.TryWipe(out WipeReport report);
        if (errno != Errno.OK)
        {
            throw new LinuxException(
                errno,
                $"wipe marked memory ({report.Busy} processes busy, {report.Swapped} pages swapped out, "
                + $"{report.Left} pages left)");
        }
        return new WipeSummary((long)report.Pages, files.WipeAll());
    }
}
