using System.Net;
using System.Text.Json;
using Thaw.Worker;
using static Thaw.ControlPlane.Tests.Service;

namespace Thaw.ControlPlane.Tests;

/// <summary>Versions whose snapshots are laid out anew, and the upkeep of the store.</summary>
public sealed class CompactionTests
{
    private const string Compact = "/thaw/v1/snapshots/compact";
    private const string Made = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static readonly string s_old = FakeSnapshotTree.Layer.Id;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("?Id=hello:1")]
    public async Task Compact_OfAVersion_HasItStartFromTheNewLayerAndKeepsTheOldForItsClones(string query)
    {
        string directory = NewDirectory();
        FakeFunctionHost host = new();
        await using (Service service = await StartPublishedAsync(host, directory))
        {
            host.SnapshotTree.CompactsTo = Made;

            Answer answer = await service.SendAsync(HttpMethod.Post, Compact + query);
            await service.InvokeAsync("hello:1", "{}");

            JsonElement compacted = Assert.Single(answer.Json.GetProperty("compacted").EnumerateArray());
            Assert.Equal(
                ("hello", "1", s_old, Made),
                (Text(compacted, "function"), Text(compacted, "version"), Text(compacted, "from"),
                    Text(compacted, "to")));
            Assert.Equal(Made, Assert.Single(Assert.Single(host.Orders).Spec.SnapshotIds));
            Assert.Equal("hello", Assert.Single(host.Moved).Function);
            await service.CreateAsync("other");
            await service.SendAsync(HttpMethod.Delete, "/2015-03-31/functions/other");
            Assert.Empty(host.RemovedSnapshots);
        }
        // No clone outlives the service that it was started by.
        await using Service next = await StartAsync(host, directory);
        Assert.Equal([s_old], host.RemovedSnapshots);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Compact_WhereNothingIsWorthIt_ChangesNothing()
    {
        FakeFunctionHost host = new();
        await using Service service = await StartPublishedAsync(host, null);

        Answer answer = await service.SendAsync(HttpMethod.Post, Compact);
        await service.InvokeAsync("hello:1", "{}");

        Assert.Equal(1, answer.Json.GetProperty("versions").GetInt32());
        Assert.Empty(answer.Json.GetProperty("compacted").EnumerateArray());
        Assert.Equal(s_old, Assert.Single(Assert.Single(host.Orders).Spec.SnapshotIds));
    }

    [Fact]
    public async Task Compact_ThatFailsHalfway_KeepsTheVersionAndGivesTheNewLayerUp()
    {
        FakeFunctionHost host = new();
        await using Service service = await StartPublishedAsync(host, null);
        host.SnapshotTree.CompactsTo = Made;
        host.SnapshotTree.OnCompact = () => Task.FromException(
            new WorkerException(WorkerFault.StoreFailed, "The store has no room."));

        Answer answer = await service.SendAsync(HttpMethod.Post, Compact);
        await service.InvokeAsync("hello:1", "{}");
        await service.CreateAsync("other");
        await service.SendAsync(HttpMethod.Delete, "/2015-03-31/functions/other");

        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
        Assert.Contains("no room", answer.Message, StringComparison.Ordinal);
        Assert.Equal(s_old, Assert.Single(Assert.Single(host.Orders).Spec.SnapshotIds));
        Assert.Equal([Made], host.RemovedSnapshots);
    }

    [Fact]
    public async Task Compact_OfAVersionThatIsDeletedMeanwhile_GivesBothLayersUp()
    {
        FakeFunctionHost host = new();
        await using Service service = await StartPublishedAsync(host, null);
        host.SnapshotTree.CompactsTo = Made;
        host.SnapshotTree.OnCompact = async () =>
        {
            await service.SendAsync(HttpMethod.Delete, "/2015-03-31/functions/hello");
            // The new layer is being made: nobody takes it away yet.
            Assert.Equal([s_old], host.RemovedSnapshots);
        };

        Answer answer = await service.SendAsync(HttpMethod.Post, Compact);
        await service.CreateAsync("other");
        await service.SendAsync(HttpMethod.Delete, "/2015-03-31/functions/other");

        Assert.Empty(answer.Json.GetProperty("compacted").EnumerateArray());
        Assert.Equal([s_old, Made], host.RemovedSnapshots);
    }

    [Fact]
    public async Task Compact_OfALayerThatNoVersionStartsFrom_IsRefused()
    {
        FakeFunctionHost host = new();
        await using Service service = await StartAsync(host);

        Answer answer = await service.SendAsync(HttpMethod.Post, Compact + "?Id=hello:1");

        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
        Assert.Contains("No version starts from", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upkeep_AtItsInterval_CollectsAndLaysOutAnewAndGoesOnAfterAFailure()
    {
        FakeFunctionHost host = new();
        TaskCompletionSource again = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int rounds = 0;
        host.SnapshotTree.CompactsTo = Made;
        host.SnapshotTree.OnCollect = () =>
        {
            if (++rounds == 1)
            {
                throw new WorkerException(WorkerFault.StoreFailed, "The store is away.");
            }
        };
        host.SnapshotTree.OnCompact = () =>
        {
            again.TrySetResult();
            return Task.CompletedTask;
        };

        await using (Service service = await StartAsync(host, collectionInterval: TimeSpan.FromMilliseconds(1)))
        {
            await service.CreateAsync("hello", snapStart: true);
            await service.PublishAsync("hello");
            await again.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        }

        Assert.Contains("gc 3600 False", host.SnapshotTree.Asked);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<Service> StartPublishedAsync(FakeFunctionHost host, string? directory)
    {
        Service service = await StartAsync(host, directory);
        await service.CreateAsync("hello", snapStart: true);
        await service.PublishAsync("hello");
        return service;
    }
}
