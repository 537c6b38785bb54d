using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>What clones of two snapshots of one function drew from every source: made once for all tests.</summary>
public sealed class SourceDraws : IAsyncLifetime
{
    /// <summary>Clones of the first snapshot and of the second.</summary>
    private static readonly int[] s_clones = [14, 6];

    /// <summary>Of each snapshot, so many clones also start processes, which takes seconds under emulation.</summary>
    private const int StartingProcesses = 3;

    private readonly ThawFixture _thaw;

    public SourceDraws(ThawFixture thaw)
    {
        _thaw = thaw;
    }

    /// <summary>How many clones drew.</summary>
    internal static int CloneCount => s_clones.Sum();

    /// <summary>Each clone's answer with its headers.</summary>
    internal List<InvokeResult> Answers { get; } = [];

    /// <summary>Each clone's answer.</summary>
    internal List<JsonObject> Clones { get; } = [];

    /// <summary>The service's record of each clone.</summary>
    internal List<JsonObject> Records { get; } = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        UniqueFunction function = await UniqueFunction.CreateAsync(_thaw, "sources", "sources.py");
        foreach (int count in s_clones)
        {
            string version = await function.PublishAsync();
            for (int i = 0; i < count; i++)
            {
                JsonObject payload = new() { ["processes"] = i < StartingProcesses };
                InvokeResult answer = (await function.InvokeAsync(version, payload)).Succeeded();
                Assert.Equal("restore", answer.StartKind);
                Answers.Add(answer);
                Clones.Add(answer.Json);
            }
        }

        Dictionary<string, JsonObject> records = await _thaw.Functions.RecordsAsync("sources");
        Records.AddRange(Answers.Select(answer => records[answer.RequestId]));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
