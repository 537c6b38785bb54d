using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Control;
using Thaw.GuestAgent.Mappings;
using Thaw.GuestAgent.Packages;
using Thaw.GuestAgent.Restores;
using Thaw.GuestAgent.Secrets;

namespace Thaw.GuestAgent.Functions;

/// <summary>What a <see cref="FunctionSession"/> works with.</summary>
internal sealed record FunctionParts
{
    /// <summary>Frames to the host.</summary>
    internal required IAgentOutput Output { get; init; }

    /// <summary>The function's output.</summary>
    internal required IFunctionLog Log { get; init; }

    /// <summary>The function's processes as a whole.</summary>
    internal required IFunctionCgroup Cgroup { get; init; }

    /// <summary>Starts the function's process.</summary>
    internal required IFunctionLauncher Launcher { get; init; }

    /// <summary>Unpacks the deployment package.</summary>
    internal required IPackageSource Package { get; init; }

    /// <summary>Empties what is not to be in a snapshot.</summary>
    internal required ISecretWipe SecretWipe { get; init; }

    /// <summary>Says whose the guest's memory is.</summary>
    internal required IProcessMemory ProcessMemory { get; init; }

    /// <summary>Makes a clone unique.</summary>
    internal required ICloneSystem CloneSystem { get; init; }

    /// <summary>The microVM.</summary>
    internal required IMachine Machine { get; init; }

    /// <summary>The time that limits are measured by.</summary>
    internal required IMonotonicClock Clock { get; init; }

    /// <summary>Where the function finds the Runtime API: "127.0.0.1:9001".</summary>
    internal required string RuntimeApiAddress { get; init; }

    /// <summary>Where the deployment package is, as the function sees it.</summary>
    internal string TaskRoot { get; init; } = FunctionEnvironment.TaskRoot;
}
