using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness.Runtimes;

/// <summary>What clones of a Node.js function drew from every source: made once for all tests.</summary>
public sealed class NodeSourceDraws : IAsyncLifetime
{
    /// <summary>Clones of the first snapshot and of the second.</summary>
    private static readonly int[] s_clones = [14, 6];

    /// <summary>Of each snapshot, so many clones also draw what takes seconds under emulation.</summary>
    private const int DrawingSlowly = 2;

    private readonly ThawFixture _thaw;

    public NodeSourceDraws(ThawFixture thaw)
    {
        _thaw = thaw;
    }

    /// <summary>How many clones drew.</summary>
    internal static int CloneCount => s_clones.Sum();

    /// <summary>How many drew everything.</summary>
    internal static int SlowCloneCount => s_clones.Length * DrawingSlowly;

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
                JsonObject payload = new() { ["slow"] = i < DrawingSlowly };
                InvokeResult answer = (await function.InvokeAsync(version, payload)).Succeeded();
                Assert.Equal("restore", answer.StartKind);
                Clones.Add(answer.Json);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
