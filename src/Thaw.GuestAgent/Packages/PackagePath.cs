using System.Text;

namespace Thaw.GuestAgent.Packages;

/// <summary>Which paths a package's entries may have.</summary>
internal static class PackagePath
{
    /// <summary>The entry's path within the target directory, without a slash at its end; empty for itself.</summary>
    /// <exception cref="PackageException">The path leads out of the target, or can't be a path.</exception>
    internal static string Check(ZipEntry entry)
    {
        string name = entry.Name;
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new PackageException("An entry has no name, or one with a zero character", name);
        }
        if (name[0] == '/')
        {
            throw new PackageException("An entry has an absolute path", name);
        }
        StringBuilder path = new(name.Length);
        int depth = 0;
        foreach (string part in name.Split('/'))
        {
            if (part == "..")
            {
                throw new PackageException("An entry leads out of the package", name);
            }
            if (part.Length == 0 || part == ".")
            {
                continue;
            }
            if (++depth > AgentLimits.PackageDepthMax)
            {
                throw new PackageException(
                    $"An entry is more than {AgentLimits.PackageDepthMax} directories deep", name);
            }
            path.Append(path.Length == 0 ? "" : "/").Append(part);
        }
        return path.ToString();
    }
}
