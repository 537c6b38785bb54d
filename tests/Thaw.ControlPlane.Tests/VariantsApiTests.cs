using System.Net;
using System.Text.Json;
using Thaw.Worker;
using static Thaw.ControlPlane.Tests.Service;

namespace Thaw.ControlPlane.Tests;

/// <summary>Versions with several snapshots.</summary>
public sealed class VariantsApiTests
{
    private const string Root = "/2015-03-31/functions";
    private const string First = "00112233445566778899aabbccddeeff";
    private const string Second = "02112233445566778899aabbccddeeff";
    private const string Third = "03112233445566778899aabbccddeeff";

    [Fact]
    public async Task Publish_WithVariants_IsToldOfAtEveryPlace()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);

        Answer settled = await PublishAsync(service, 3);
        Answer invoked = await service.InvokeAsync("hello:1", "{}");
        Answer listed = await service.SendAsync(HttpMethod.Get, $"{Root}/hello/versions");
        Answer records = await service.SendAsync(HttpMethod.Get, "/thaw/v1/invocations");

        Assert.Equal("Active", settled.Json.GetProperty("State").GetString());
        Assert.Equal(3, VariantsOf(settled.Json));
        FunctionSpec spec = Assert.Single(service.Host.Orders).Spec;
        Assert.Equal(3, spec.Variants);
        Assert.Equal([First, Second, Third], spec.SnapshotIds);
        Assert.Equal("3", invoked.Headers["X-Thaw-Variant"]);
        JsonElement[] versions = [.. listed.Json.GetProperty("Versions").EnumerateArray()];
        Assert.Equal([null, 3], versions.Select(VariantsOf));
        Assert.Equal(3, records.Json.GetProperty("invocations")[0].GetProperty("variant").GetInt32());
    }

    [Fact]
    public async Task Publish_OfOneSnapshot_SaysNothingOfVariants()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);

        Answer settled = await service.PublishAsync("hello");
        Answer invoked = await service.InvokeAsync("hello:1", "{}");
        Answer records = await service.SendAsync(HttpMethod.Get, "/thaw/v1/invocations");

        Assert.Null(VariantsOf(settled.Json));
        Assert.False(invoked.Headers.ContainsKey("X-Thaw-Variant"));
        Assert.False(records.Json.GetProperty("invocations")[0].TryGetProperty("variant", out _));
    }

    [Fact]
    public async Task Publish_OfAnUnchangedFunction_IsAnewOnlyWithAnotherNumber()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await PublishAsync(service, 3);

        Answer again = await service.SendAsync(HttpMethod.Post, $"{Root}/hello/versions", """{"Variants":3}""");
        Answer fewer = await service.SendAsync(HttpMethod.Post, $"{Root}/hello/versions", """{"Variants":2}""");

        Assert.Equal("1", again.Json.GetProperty("Version").GetString());
        Assert.Equal("2", fewer.Json.GetProperty("Version").GetString());
    }

    [Theory]
    [InlineData(true, """{"Variants":0}""")]
    [InlineData(true, """{"Variants":17}""")]
    [InlineData(true, """{"Variants":"two"}""")]
    [InlineData(false, """{"Variants":2}""")]
    public async Task Publish_OfWhatCannotBe_IsRefused(bool snapStart, string body)
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: snapStart);

        Answer refused = await service.SendAsync(HttpMethod.Post, $"{Root}/hello/versions", body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Empty(service.Host.Published);
    }

    [Theory]
    [InlineData("/hello")]
    [InlineData("/hello?Qualifier=1")]
    public async Task Delete_HasTheStoreGiveUpAllSnapshots(string what)
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await PublishAsync(service, 3);

        await service.SendAsync(HttpMethod.Delete, Root + what);

        Assert.Equal([First, Second, Third], service.Host.RemovedSnapshots.Order());
    }

    [Fact]
    public async Task Compact_OfOneVariant_MovesThatOneOnly()
    {
        const string Made = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await PublishAsync(service, 3);
        service.Host.SnapshotTree.CompactsTo = Made;

        // The fake tree knows the first layer by every name.
        Answer answer = await service.SendAsync(HttpMethod.Post, "/thaw/v1/snapshots/compact?Id=hello:1.1");
        await service.InvokeAsync("hello:1", "{}");

        Assert.Equal(1, answer.Json.GetProperty("versions").GetInt32());
        Assert.Equal([Made, Second, Third], Assert.Single(service.Host.Orders).Spec.SnapshotIds);
    }

    [Fact]
    public async Task Restart_InTheMiddleOfAPublication_GivesUpWhatThereIsOfIt()
    {
        string directory = NewDirectory();
        FakeFunctionHost host = new();
        await using (Service service = await StartAsync(host, directory))
        {
            await service.CreateAsync("hello", snapStart: true);
            host.OnPublish = (_, _) => Task.FromException<PublishOutcome>(new IOException("never mind"));
            await PublishAsync(service, 3);
        }
        SqliteRow.Execute(directory, "UPDATE versions SET state = 'Pending' WHERE number = 1");
        host.Snapshots.AddRange([Snapshot(1, First), Snapshot(2, Second)]);

        await using (Service service = await StartAsync(host, directory))
        {
            Answer found = await service.SendAsync(HttpMethod.Get, $"{Root}/hello/configuration?Qualifier=1");

            Assert.Equal("Failed", found.Json.GetProperty("State").GetString());
            Assert.Equal([First, Second], host.RemovedSnapshots.Order());
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Start_OnTheDatabaseOfAThawWithoutVariants_TakesItsSnapshotsOver()
    {
        string directory = NewDirectory();
        await using (Service service = await StartAsync(null, directory))
        {
            await service.CreateAsync("hello", snapStart: true);
            await service.PublishAsync("hello");
            await service.InvokeAsync("hello:1", "{}");
        }
        // The steps to the present schema, back.
        SqliteRow.Execute(directory, """
            ALTER TABLE versions DROP COLUMN variants;
            ALTER TABLE versions ADD COLUMN snapshot_id TEXT;
            UPDATE versions SET snapshot_id = (SELECT id FROM version_snapshots AS s
                WHERE s.function = versions.function AND s.number = versions.number);
            DROP TABLE version_snapshots;
            ALTER TABLE invocations DROP COLUMN variant;
            ALTER TABLE invocations DROP COLUMN start_retry_reason;
            PRAGMA user_version = 3;
            """);

        await using (Service service = await StartAsync(null, directory))
        {
            await service.InvokeAsync("hello:1", "{}");

            FunctionSpec spec = Assert.Single(service.Host.Orders).Spec;
            Assert.Equal((1, First), (spec.Variants, Assert.Single(spec.SnapshotIds)));
        }
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<Answer> PublishAsync(Service service, int variants)
    {
        Answer published = await service.SendAsync(
            HttpMethod.Post, $"{Root}/hello/versions", $$"""{"Variants":{{variants}}}""");
        return await service.UntilSettledAsync("hello", published.Json.GetProperty("Version").GetString()!);
    }

    private static int? VariantsOf(JsonElement version) =>
        version.GetProperty("SnapStart").TryGetProperty("Variants", out JsonElement variants)
            ? variants.GetInt32()
            : null;

    private static SnapshotSummary Snapshot(int variant, string layer) => new()
    {
        FunctionName = "hello",
        Version = "1",
        Variant = variant,
        SnapshotId = layer,
        CreatedAt = DateTimeOffset.UnixEpoch,
        GuestMemoryMib = 256,
        SizeBytes = 1,
    };
}
