using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness.Runtimes;

/// <summary>What clones of a Node.js function drew from every source: made once for all tests.</summary>
public sealed class NodeSourceDraws : IAsyncLifetime
{
    /// <summary>Clones of the first snapshot and of the second.</summary>
    private static readonly int[] s_clones = [14, 6];

    private readonly ThawFixture _thaw;

    public NodeSourceDraws(ThawFixture thaw)
    {
        _thaw = thaw;
    }

    /// <summary>How many clones drew.</summary>
    internal static int CloneCount => s_clones.Sum();

    /// <summary>Each clone's answer.</summary>
    internal List<JsonObject> Clones { get; } = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        UniqueFunction function = await UniqueFunction.CreateAsync(_thaw, "sources-node", "sources.mjs");
        foreach (int count in s_clones)
        {
            string version = await function.PublishAsync();
            for (int i = 0; i < count; i++)
            {
                InvokeResult answer = (await function.InvokeAsync(version, [])).Succeeded();
                Assert.Equal("restore", answer.StartKind);
                Clones.Add(answer.Json);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
