using Thaw.Images;

namespace Thaw.Sysgenid.Tests.Building;

/// <summary>Programs of the host without which these tests fail: they are never skipped.</summary>
internal static class RequiredTool
{
    /// <summary>Fails, with the command that helps, if a program is not in PATH.</summary>
    public static void Check(string program, string package)
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!path.Any(directory => File.Exists(Path.Combine(directory, program))))
        {
            throw new ImageException($"{program} is missing. Install it: apt-get install {package}");
        }
    }
}
