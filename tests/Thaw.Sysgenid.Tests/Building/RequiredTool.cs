using System.Text.RegularExpressions;
using Thaw.Images;

namespace Thaw.Sysgenid.Tests.Building;

/// <summary>Programs of the host without which these tests fail: they are never skipped.</summary>
internal static partial class RequiredTool
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

    /// <summary>The compiler that a kernel's headers ask for, such as <c>gcc-12</c>.</summary>
    public static string CompilerOf(string headers)
    {
        Match match = Compiler().Match(File.ReadAllText(Path.Combine(headers, ".kernelvariables")));
        return match.Success
            ? match.Groups[1].Value
            : throw new ImageException($"{headers}/.kernelvariables names no compiler.");
    }

    [GeneratedRegex(@"^CC\s*=.*\b(gcc-\d+)\b", RegexOptions.Multiline)]
    private static partial Regex Compiler();
}
