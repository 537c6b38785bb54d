using Thaw.Protocol;

namespace Thaw.GuestAgent.Mappings;

/// <summary>Says whose the guest's memory is.</summary>
internal interface IProcessMemory
{
    /// <summary>Reads which mappings of which processes have which pages.</summary>
    /// <returns>What there is, and whether there is more than is said.</returns>
    /// <exception cref="IOException">The kernel does not say.</exception>
    (MappedMemory Memory, bool IsTruncated) Read();
}
