namespace Thaw.Tidy.Tests.Rules;

/// <summary>Which project may reference which. A new edge is a decision record.</summary>
internal static class ProjectGraph
{
    /// <summary>Projects under src/, eng/ and bench/ with all they may reference.</summary>
    internal static IReadOnlyDictionary<string, string[]> Allowed { get; } = new Dictionary<string, string[]>
    {
        ["Thaw.Core"] = [],
        ["Thaw.Linux"] = ["Thaw.Core"],
        ["Thaw.Memory"] = ["Thaw.Linux", "Thaw.Core"],
        ["Thaw.Kvm"] = ["Thaw.Memory", "Thaw.Linux", "Thaw.Core"],
        ["Thaw.Snapshot"] = ["Thaw.Core"],
        ["Thaw.Protocol"] = ["Thaw.Core"],
        ["Thaw.Devices"] = ["Thaw.Memory", "Thaw.Linux", "Thaw.Snapshot", "Thaw.Core"],
        ["Thaw.Vmm"] = ["Thaw.Kvm", "Thaw.Devices", "Thaw.Memory", "Thaw.Linux", "Thaw.Snapshot", "Thaw.Core"],
        ["Thaw.Monitor"] = ["Thaw.Vmm", "Thaw.Protocol"],
        ["Thaw.Pager"] = ["Thaw.Store", "Thaw.Store.S3", "Thaw.Protocol", "Thaw.Linux", "Thaw.Core"],
        ["Thaw.Functions"] = [],
        ["Thaw.FunctionRuntime"] = ["Thaw.Functions"],
        // Not to call it: images contain it.
        ["Thaw.Images"] = ["Thaw.Core", "Thaw.FunctionRuntime"],
        ["Thaw.Store"] = ["Thaw.Linux", "Thaw.Core"],
        ["Thaw.Store.S3"] = ["Thaw.Store"],
        ["Thaw.MicroBenchmarks"] = ["Thaw.Store"],
        ["Thaw.Worker"] = ["Thaw.Store", "Thaw.Store.S3", "Thaw.Protocol", "Thaw.Linux", "Thaw.Core"],
        ["Thaw.ControlPlane"] = ["Thaw.Worker", "Thaw.Protocol", "Thaw.Core"],
        ["Thaw.Cli"] = ["Thaw.ControlPlane", "Thaw.Worker", "Thaw.Protocol", "Thaw.Images", "Thaw.Linux"],
        ["Thaw.GuestAgent"] = ["Thaw.Protocol", "Thaw.Linux"],
        ["Thaw.Dev"] = ["Thaw.Images"],
        ["Thaw.Uapi"] = [],
        ["Thaw.SampleFunctions"] = ["Thaw.Functions"],
        ["HelloDotnet"] = ["Thaw.Functions"],
    };

    /// <summary>What a test project may reference beside the project that it is named after.</summary>
    internal static IReadOnlyDictionary<string, string[]> AllowedInTests { get; } = new Dictionary<string, string[]>
    {
        ["Thaw.Linux.Tests"] = ["Thaw.Uapi"],
        ["Thaw.Guest.Tests"] = ["Thaw.Vmm"],
        ["Thaw.Pager.Tests"] = ["Thaw.Monitor"],
        ["Thaw.EndToEnd.Tests"] = ["Thaw.Protocol", "Thaw.Snapshot", "Thaw.SampleFunctions"],
        ["Thaw.FunctionRuntime.Tests"] = ["Thaw.Functions"],
        ["Thaw.GuestAgent.Tests"] = ["Thaw.FunctionRuntime", "Thaw.SampleFunctions", "HelloDotnet"],
        ["Thaw.Sysgenid.Tests"] = ["Thaw.Images"],
    };
}
