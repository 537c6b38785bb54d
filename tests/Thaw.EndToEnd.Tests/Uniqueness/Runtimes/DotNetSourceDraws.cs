using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness.Runtimes;

/// <summary>What clones of two snapshots of a .NET function drew from every source, once for all tests.</summary>
public sealed class DotNetSourceDraws(ThawFixture thaw) : IAsyncLifetime
{
    /// <summary>Clones of the first snapshot and of the second.</summary>
    private static readonly int[] s_clones = [14, 6];

    /// <summary>How many clones drew.</summary>
    internal static int CloneCount => s_clones.Sum();

    /// <summary>How many snapshots they are of.</summary>
    internal static int SnapshotCount => s_clones.Length;

    /// <summary>Each clone's answer.</summary>
    internal List<JsonObject> Clones { get; } = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        DotNetFunction function = await DotNetFunction.CreateAsync(thaw, "dotnet-sources", "Sources::Handle");
        foreach (int count in s_clones)
        {
            string version = await function.PublishAsync();
            for (int i = 0; i < count; i++)
            {
                Clones.Add(await function.InvokeAsync(version));
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
