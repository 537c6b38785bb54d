using Thaw.Dev.Bench.Unique;

namespace Thaw.Dev.Tests;

public sealed class UniqueBenchTests
{
    /// <summary>Every way to draw that a machine of ours has; processors and kernels may lack the others.</summary>
    private static readonly string[] s_everywhere =
    [
        "nothing", "urandom", "getrandom", "guard", "increment", "increment, guarded", "openssl", "openssl, guarded",
        "openssl, provider", "openssl, guarded, provider",
    ];

    private static readonly string[] s_optional = ["vdso getrandom", "rdrand", "rdseed"];

    /// <summary>
    /// The same program and provider as in a microVM. What each way costs is the machine's affair, but not that a
    /// system call costs more than a look at a word.
    /// </summary>
    [Fact]
    public async Task Alternatives_OnThisMachine_MeasureEveryWayToDraw()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string program = await Alternatives.BuildAsync(cancellationToken);

        IReadOnlyList<DrawCost> costs = await Alternatives.RunAsync(program, cancellationToken);

        Assert.Equal(s_everywhere.Order(), costs.Select(cost => cost.Name).Except(s_optional).Order());
        Assert.All(costs, cost =>
        {
            Assert.Equal("machine", cost.Where);
            Assert.InRange(cost.Ns, cost.LeastNs, cost.MostNs);
        });
        double guard = costs.Single(cost => cost.Name == "guard").Ns;
        Assert.All(
            costs.Where(cost => cost.Name is "urandom" or "getrandom" or "openssl" or "openssl, provider"),
            cost => Assert.True(cost.Ns > guard, $"{cost.Name}: {cost.Ns} ns, a guard {guard} ns"));
    }
}
