using System.Diagnostics;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>What one clone of a snapshot that had lain for a while read from its clocks.</summary>
public sealed class ClockReadings(ThawFixture thaw) : IAsyncLifetime
{
    private const string Name = "clocks";
    private const int Invocations = 12;

    /// <summary>
    /// How long the snapshot lies at least: Linux reports a lockup where a processor's clock stood still for 20 s.
    /// </summary>
    internal static readonly TimeSpan Age = TimeSpan.FromSeconds(25);

    /// <summary>The clone's answers, the first one being that of the restore.</summary>
    internal List<JsonObject> Answers { get; } = [];

    /// <summary>For each answer, between which times of the host's its clocks were read last.</summary>
    internal List<(DateTimeOffset From, DateTimeOffset To)> Bounds { get; } = [];

    /// <summary>What the clone's console said, and the other microVMs' of this host.</summary>
    internal string Consoles { get; private set; } = "";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        UniqueFunction function = await UniqueFunction.CreateAsync(thaw, Name, "clocks.py");
        string version = await function.PublishAsync();
        long published = Stopwatch.GetTimestamp();
        await Poll.UntilAsync(
            "the snapshot is old enough", () => Task.FromResult(Stopwatch.GetElapsedTime(published) > Age));
        List<InvokeResult> answers = [];
        for (int i = 0; i < Invocations; i++)
        {
            answers.Add((await thaw.Functions.InvokeAsync(Name, version, new JsonObject())).Succeeded());
            Assert.Equal(i == 0 ? "restore" : "warm", answers[i].StartKind);
        }

        Consoles = await thaw.Host.RunAsync($"cat {thaw.Service.DataFolder}/run/*/console.log");
        Dictionary<string, JsonObject> records = await thaw.Functions.RecordsAsync(Name);
        foreach (InvokeResult answer in answers)
        {
            // The record's time is cut off to milliseconds.
            DateTimeOffset from = records[answer.RequestId]["startedAt"]!.GetValue<DateTimeOffset>();
            Bounds.Add((from, from.AddMilliseconds(1 + answer.AnswerMs)));
            Answers.Add(answer.Json);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
