using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>A folder under src/ has at most 15 files: more are cut by what they do.</summary>
internal static class FolderRule
{
    internal const int FilesMax = 15;

    /// <summary>Folders that are lists by nature, with the reason.</summary>
    private static readonly Dictionary<string, string> s_lists = new()
    {
        ["src/Thaw.Linux"] = "one wrapper for each kernel object and header",
        ["src/Thaw.Kvm"] = "the parts of one vCPU and one VM",
        ["src/Thaw.Cli/Commands"] = "one type for each verb",
        ["src/Thaw.ControlPlane/Wire"] = "one record for each shape on the wire",
        ["src/Thaw.GuestAgent/Functions"] = "one function with the parts of its life",
        ["src/Thaw.Protocol/Messages"] = "one record for each message",
        ["src/Thaw.Devices/Virtio/Vsock"] = "one device with its connections",
    };

    internal static IEnumerable<Finding> Check(IEnumerable<SourceFile> files) => files
        .Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal) && file.IsCSharp && !file.IsGenerated)
        .GroupBy(file => file.Folder)
        .Where(folder => folder.Count() > FilesMax && !s_lists.ContainsKey(folder.Key))
        .Select(folder => new Finding(folder.Key, 1, $"{folder.Count()} files, the bound is {FilesMax}."));
}
