using System.Globalization;
using System.Text;

namespace Thaw.GuestAgent.Processes;

/// <summary>
/// What the agent tells the copy of itself that becomes the function: by a file, for the function's own environment
/// must not reach a program that still has the agent's rights.
/// </summary>
internal sealed record LaunchSpec
{
    /// <summary>The function's root directory.</summary>
    internal required string Root { get; init; }

    /// <summary>The directory of the control group to join; empty for none.</summary>
    internal required string CgroupDirectory { get; init; }

    /// <summary>The user and group to become; 0 to stay.</summary>
    internal required uint UserId { get; init; }

    /// <summary>The working directory within the root.</summary>
    internal required string Directory { get; init; }

    /// <summary>The program and its arguments; the first is its path within the root.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The environment, as NAME=value.</summary>
    internal required IReadOnlyList<string> Environment { get; init; }

    /// <summary>The spec as strings with a zero after each.</summary>
    internal byte[] Encode()
    {
        StringBuilder text = new();
        string[] head =
        [
            Root, CgroupDirectory, UserId.ToString(CultureInfo.InvariantCulture), Directory,
            Arguments.Count.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (string item in head.Concat(Arguments).Concat(Environment))
        {
            text.Append(item).Append('\0');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    internal static LaunchSpec Decode(ReadOnlySpan<byte> bytes)
    {
        string[] items = Encoding.UTF8.GetString(bytes).Split('\0');
        int arguments = int.Parse(items[4], CultureInfo.InvariantCulture);
        return new LaunchSpec
        {
            Root = items[0],
            CgroupDirectory = items[1],
            UserId = uint.Parse(items[2], CultureInfo.InvariantCulture),
            Directory = items[3],
            Arguments = items[5..(5 + arguments)],
            Environment = items[(5 + arguments)..^1],
        };
    }
}
