namespace Thaw.GuestAgent.Secrets;

/// <summary>The kernel's list of swap areas.</summary>
internal static class SwapAreas
{
    /// <summary>Refuses a machine that has any.</summary>
    /// <param name="path"><c>/proc/swaps</c>; a kernel that cannot swap has none.</param>
    /// <exception cref="IOException">There is swap, or the list can't be read.</exception>
    internal static void RequireNone(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }
        // A heading, then a line for each.
        string[] lines = File.ReadAllLines(path);
        if (lines.Length > 1)
        {
            throw new IOException(
                $"The guest swaps to {lines[1].Split(' ')[0]}: secrets that were swapped out can't be wiped.");
        }
    }
}
