using Thaw.Worker;

namespace Thaw.ControlPlane.Tests;

/// <summary>Notes what it is asked to check, and finds what it is told to find.</summary>
internal sealed class FakeFunctionChecks : IFunctionChecks
{
    public UniquenessOrder? Uniqueness { get; private set; }

    public SecretsOrder? Secrets { get; private set; }

    public Task<UniquenessReport> CheckUniqueAsync(UniquenessOrder order, CancellationToken cancellationToken)
    {
        Uniqueness = order;
        return Task.FromResult(new UniquenessReport
        {
            CloneIds = ["a", "b"],
            Errors = 0,
            WrittenBytes = 4096,
            Repeated =
            [
                new RepeatedValue
                {
                    Value = "0123456789abcdef",
                    Places =
                    [
                        new ValuePlace("a", "memory", 16)
                        {
                            Location = new MemoryLocation
                            {
                                ProcessId = 12,
                                Program = "python3.13",
                                Mapping = "[heap]",
                                Rights = "rw-p",
                                Start = 0x5500_0000_0000,
                                Offset = 0x1a40,
                            },
                        },
                        new ValuePlace("b", "response", 2),
                    ],
                    Nearby = "session",
                },
            ],
            Unlisted = 0,
            FromSnapshot = [],
        });
    }

    public Task<SecretsReport> CheckSecretsAsync(SecretsOrder order, CancellationToken cancellationToken)
    {
        Secrets = order;
        return Task.FromResult(new SecretsReport
        {
            Files = ["memory"],
            ReadBytes = 4096,
            Found = [new FoundSecret(order.Secrets[0].Name, "raw", "memory", 32)],
        });
    }
}
