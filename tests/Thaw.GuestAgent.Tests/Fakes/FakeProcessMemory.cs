using Thaw.GuestAgent.Mappings;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Fakes;

/// <summary>Memory that is whose a test says.</summary>
internal sealed class FakeProcessMemory : IProcessMemory
{
    internal MappedMemory Memory { get; set; } = new([], []);

    internal bool IsTruncated { get; set; }

    internal IOException? Failure { get; set; }

    public (MappedMemory Memory, bool IsTruncated) Read() =>
        Failure is null ? (Memory, IsTruncated) : throw Failure;
}
