namespace Thaw.GuestAgent;

/// <summary>Bounds on what the agent takes from the host's frames, the deployment package and the function.</summary>
internal static class AgentLimits
{
    /// <summary>The most bytes that a deployment package may have, zipped.</summary>
    internal const long PackageSizeBytesMax = 250L * 1024 * 1024;

    /// <summary>The most bytes that a deployment package may have, unzipped, as on Lambda.</summary>
    internal const long PackageUnpackedBytesMax = 250L * 1024 * 1024;

    /// <summary>The most entries of a deployment package.</summary>
    internal const int PackageEntriesMax = 65_536;

    /// <summary>The most bytes of a deployment package's central directory.</summary>
    internal const int PackageDirectoryBytesMax = 32 * 1024 * 1024;

    /// <summary>The longest path within a deployment package, in bytes.</summary>
    internal const int PackagePathBytesMax = 1024;

    /// <summary>The deepest path within a deployment package.</summary>
    internal const int PackageDepthMax = 64;

    /// <summary>The longest target of a symbolic link in a deployment package, in bytes.</summary>
    internal const int PackageLinkBytesMax = 1024;

    /// <summary>The most bytes of names and values of a function's own environment variables.</summary>
    internal const int EnvironmentBytesMax = 32 * 1024;

    /// <summary>The most environment variables of a function's own.</summary>
    internal const int EnvironmentVariablesMax = 512;

    /// <summary>The most bytes of request line and headers that the Runtime API reads.</summary>
    internal const int RequestHeadBytesMax = 128 * 1024;

    /// <summary>The most headers of one request to the Runtime API.</summary>
    internal const int RequestHeadersMax = 128;

    /// <summary>How much of an oversized body the Runtime API reads before it gives up on the connection.</summary>
    internal const long RequestDrainBytesMax = 64L * 1024 * 1024;

    /// <summary>How many connections the Runtime API serves at once; further ones wait.</summary>
    internal const int RuntimeApiConnectionsMax = 4;

    /// <summary>How many connections may wait for the Runtime API.</summary>
    internal const int RuntimeApiBacklog = 16;

    /// <summary>The largest error document that a runtime may post, in bytes.</summary>
    internal const int ErrorDocumentBytesMax = 256 * 1024;

    /// <summary>How much output of the function is kept while no host is connected.</summary>
    internal const int LogBufferBytesMax = 256 * 1024;

    /// <summary>How much output is read at once before an invocation is answered.</summary>
    internal const int LogDrainBytesMax = 1024 * 1024;

    /// <summary>The longest time limit of anything: Lambda's 15 minutes.</summary>
    internal const int TimeoutMsMax = 15 * 60 * 1000;

    /// <summary>The longest that the after-restore hooks may be given.</summary>
    internal const int RestoreTimeoutMsMax = 60_000;

    /// <summary>The smallest MemorySize.</summary>
    internal const int MemorySizeMbMin = 32;

    /// <summary>The largest MemorySize.</summary>
    internal const int MemorySizeMbMax = 32 * 1024;

    /// <summary>The longest clone id.</summary>
    internal const int CloneIdLengthMax = 128;

    /// <summary>How many processes and threads a function may have, as on Lambda.</summary>
    internal const int FunctionProcessesMax = 1024;

    /// <summary>How many files a function's process may have open, as on Lambda.</summary>
    internal const int FunctionOpenFilesMax = 1024;

    /// <summary>The most lines of the list of kernel modules.</summary>
    internal const int ModulesMax = 256;

    /// <summary>Of how many processes the mappings are told.</summary>
    internal const int ProcessesLookedAtMax = 256;

    /// <summary>How many pages of one mapping are looked at: 1 GiB.</summary>
    internal const long PagesOfRegionMax = 256 * 1024;

    /// <summary>How many pages of all mappings are looked at: 16 GiB.</summary>
    internal const long PagesLookedAtMax = 4 * 1024 * 1024;

    /// <summary>How long a block device may take to appear.</summary>
    internal const int DeviceTimeoutMs = 10_000;

    /// <summary>The stack of the agent's threads: none of them recurses.</summary>
    internal const int ThreadStackBytes = 256 * 1024;
}
