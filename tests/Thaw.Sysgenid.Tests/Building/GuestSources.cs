using System.Text.RegularExpressions;

namespace Thaw.Sysgenid.Tests.Building;

/// <summary>The C sources, copied beside the tests.</summary>
internal static partial class GuestSources
{
    /// <summary>Directory of the module.</summary>
    public static string Module { get; } = Path.Combine(AppContext.BaseDirectory, "sysgenid");

    /// <summary>Directory of the test program.</summary>
    public static string Tests { get; } = Path.Combine(AppContext.BaseDirectory, "Guest");

    /// <summary>Directory of the module that only tests load.</summary>
    public static string Holder { get; } = Path.Combine(Tests, "holder");

    /// <summary>Sources of the test program, in the order in which their tests run.</summary>
    public static IReadOnlyList<string> TestFiles { get; } =
        [.. Directory.EnumerateFiles(Tests, "*.c").Order(StringComparer.Ordinal)];

    /// <summary>Names of all tests in the sources.</summary>
    public static IReadOnlyList<string> TestNames { get; } =
        [.. TestFiles.SelectMany(f => Test().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value)];

    [GeneratedRegex(@"^TEST\((\w+)\)", RegexOptions.Multiline)]
    private static partial Regex Test();
}
