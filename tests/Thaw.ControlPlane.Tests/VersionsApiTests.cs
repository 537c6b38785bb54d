using System.Net;
using System.Text.Json;
using Thaw.Worker;
using static Thaw.ControlPlane.Tests.Service;

namespace Thaw.ControlPlane.Tests;

public sealed class VersionsApiTests
{
    private const string Root = "/2015-03-31/functions";

    [Fact]
    public async Task Publish_WithSnapStart_IsPendingUntilTheSnapshotIsMade()
    {
        await using Service service = await StartAsync();
        TaskCompletionSource gate = new();
        Func<FunctionSpec, CancellationToken, Task<PublishOutcome>> publish = service.Host.OnPublish;
        service.Host.OnPublish = async (spec, token) =>
        {
            await gate.Task.WaitAsync(token);
            return await publish(spec, token);
        };
        await service.CreateAsync("hello", snapStart: true);

        Answer pending = await service.SendAsync(HttpMethod.Post, $"{Root}/hello/versions", "");
        Answer early = await service.InvokeAsync("hello:1", "{}");
        gate.SetResult();
        Answer settled = await service.UntilSettledAsync("hello", "1");
        Answer invoked = await service.InvokeAsync("hello:1", "{}");

        Assert.Equal(HttpStatusCode.Created, pending.Status);
        Assert.Equal("1", pending.Json.GetProperty("Version").GetString());
        Assert.Equal("Pending", pending.Json.GetProperty("State").GetString());
        Assert.Equal("Creating", pending.Json.GetProperty("StateReasonCode").GetString());
        Assert.Equal(HttpStatusCode.Conflict, early.Status);
        Assert.Equal("SnapStartNotReadyException", early.ErrorType);
        Assert.Equal("Active", settled.Json.GetProperty("State").GetString());
        Assert.False(settled.Json.TryGetProperty("StateReason", out _));
        Assert.Equal("On", settled.Json.GetProperty("SnapStart").GetProperty("OptimizationStatus").GetString());
        Assert.EndsWith(
            ":function:hello:1", settled.Json.GetProperty("FunctionArn").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, invoked.Status);
        Assert.Equal("1", invoked.Headers["X-Amz-Executed-Version"]);
    }

    [Fact]
    public async Task Publish_WithoutSnapStart_IsActiveAtOnceAndMakesNoSnapshot()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer published = await service.SendAsync(HttpMethod.Post, $"{Root}/hello/versions", "{}");

        Assert.Equal("Active", published.Json.GetProperty("State").GetString());
        Assert.Equal("Off", published.Json.GetProperty("SnapStart").GetProperty("OptimizationStatus").GetString());
        Assert.Empty(service.Host.Published);
    }

    [Fact]
    public async Task Publish_OfAnUnchangedFunction_GivesTheLastVersionAgain()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await service.PublishAsync("hello");

        Answer again = await service.PublishAsync("hello");
        await service.SendAsync(HttpMethod.Put, $"{Root}/hello/configuration", """{"Timeout":7}""");
        Answer changed = await service.PublishAsync("hello");

        Assert.Equal("1", again.Json.GetProperty("Version").GetString());
        Assert.Equal("2", changed.Json.GetProperty("Version").GetString());
        Assert.Equal(2, service.Host.Published.Count);
    }

    [Fact]
    public async Task Publish_WithASecretsCheck_IsAlwaysAnewAndFailsWithTheWorkersReason()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await service.PublishAsync("hello");
        service.Host.OnPublish = (_, _) => Task.FromException<PublishOutcome>(
            new WorkerException(WorkerFault.SecretFound, "password (raw) in memory"));
        string secret = Convert.ToBase64String("hunter2hunter2"u8);

        await service.SendAsync(
            HttpMethod.Post, $"{Root}/hello/versions", $$$"""{"SecretsCheck":{"password":"{{{secret}}}"}}""");
        Answer settled = await service.UntilSettledAsync("hello", "2");

        Assert.Equal("Failed", settled.Json.GetProperty("State").GetString());
        Assert.Equal("FunctionError.SecretFound", settled.Json.GetProperty("StateReasonCode").GetString());
        Assert.Contains("password", settled.Json.GetProperty("StateReason").GetString(), StringComparison.Ordinal);
        NamedSecret forbidden = Assert.Single(service.Host.Published.Last().ForbiddenSecrets);
        Assert.Equal("hunter2hunter2"u8, forbidden.Value.Span);
    }

    [Theory]
    [InlineData(true, """{"SecretsCheck":{}}""")]
    [InlineData(true, """{"SecretsCheck":{"short":"AAAA"}}""")]
    [InlineData(false, """{"SecretsCheck":{"password":"aHVudGVyMmh1bnRlcjI="}}""")]
    public async Task Publish_WithASecretsCheckThatCannotBeMade_IsRefused(bool snapStart, string body)
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: snapStart);

        Answer refused = await service.SendAsync(HttpMethod.Post, $"{Root}/hello/versions", body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Empty(service.Host.Published);
    }

    [Fact]
    public async Task Publish_WhenInitFails_IsFailedWithTheReasonAndCanBeTriedAgain()
    {
        await using Service service = await StartAsync();
        Func<FunctionSpec, CancellationToken, Task<PublishOutcome>> good = service.Host.OnPublish;
        service.Host.OnPublish = (_, _) => Task.FromException<PublishOutcome>(
            new WorkerException(WorkerFault.InitFailed, "ImportError: no module named nothing"));
        await service.CreateAsync("hello", snapStart: true);

        Answer failed = await service.PublishAsync("hello");
        Answer invoked = await service.InvokeAsync("hello:1", "{}");
        service.Host.OnPublish = good;
        Answer again = await service.PublishAsync("hello");

        Assert.Equal("Failed", failed.Json.GetProperty("State").GetString());
        Assert.Equal("ImportError: no module named nothing", failed.Json.GetProperty("StateReason").GetString());
        Assert.Equal("FunctionError.RuntimeInitError", failed.Json.GetProperty("StateReasonCode").GetString());
        Assert.Equal(HttpStatusCode.BadGateway, invoked.Status);
        Assert.Equal("ResourceNotReadyException", invoked.ErrorType);
        Assert.Contains("ImportError", invoked.Message, StringComparison.Ordinal);
        Assert.Equal("2", again.Json.GetProperty("Version").GetString());
        Assert.Equal("Active", again.Json.GetProperty("State").GetString());
    }

    [Fact]
    public async Task Publish_WhenTheWorkerBreaksUnexpectedly_DoesNotStayPending()
    {
        await using Service service = await StartAsync();
        service.Host.OnPublish = (_, _) => Task.FromException<PublishOutcome>(new IOException("disk full"));
        await service.CreateAsync("hello", snapStart: true);

        Answer failed = await service.PublishAsync("hello");

        Assert.Equal("Failed", failed.Json.GetProperty("State").GetString());
        Assert.Contains("disk full", failed.Json.GetProperty("StateReason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WithAnotherCodeSha256_IsRefused()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer refused = await service.SendAsync(
            HttpMethod.Post, $"{Root}/hello/versions", """{"CodeSha256":"AAA="}""");

        Assert.Equal("InvalidParameterValueException", refused.ErrorType);
    }

    [Fact]
    public async Task Create_WithPublish_AnswersVersionOne()
    {
        await using Service service = await StartAsync();

        Answer created = await service.CreateAsync("hello", snapStart: true, more: ""","Publish":true""");

        Assert.Equal("1", created.Json.GetProperty("Version").GetString());
        Answer settled = await service.UntilSettledAsync("hello", "1");
        Assert.Equal("Active", settled.Json.GetProperty("State").GetString());
    }

    [Fact]
    public async Task ListVersions_AfterTwoPublications_GivesLatestFirst()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");
        await service.PublishAsync("hello");
        await service.SendAsync(HttpMethod.Put, $"{Root}/hello/configuration", """{"Timeout":7}""");
        await service.PublishAsync("hello");

        JsonElement first = (await service.SendAsync(HttpMethod.Get, $"{Root}/hello/versions?MaxItems=2")).Json;
        JsonElement second = (await service.SendAsync(
            HttpMethod.Get,
            $"{Root}/hello/versions?Marker={Uri.EscapeDataString(first.GetProperty("NextMarker").GetString()!)}")).Json;

        Assert.Equal(["$LATEST", "1"], first.GetProperty("Versions").EnumerateArray()
            .Select(item => item.GetProperty("Version").GetString()));
        Assert.Equal(["2"], second.GetProperty("Versions").EnumerateArray()
            .Select(item => item.GetProperty("Version").GetString()));
        Assert.False(second.TryGetProperty("NextMarker", out _));
    }

    [Fact]
    public async Task Delete_WhileAVersionIsPublished_GivesThePublicationUp()
    {
        await using Service service = await StartAsync();
        TaskCompletionSource started = new();
        TaskCompletionSource cancelled = new();
        service.Host.OnPublish = async (_, token) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                cancelled.SetResult();
            }
            throw new InvalidOperationException();
        };
        await service.CreateAsync("hello", snapStart: true);
        await service.SendAsync(HttpMethod.Post, $"{Root}/hello/versions", "{}");
        await started.Task;

        Answer deleted = await service.SendAsync(HttpMethod.Delete, $"{Root}/hello");

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.True(cancelled.Task.IsCompleted);
    }

    [Fact]
    public async Task Restart_WithAPublicationUnderWay_FailsItAndRemovesWhatIsHalfMade()
    {
        string directory = NewDirectory();
        FakeFunctionHost before = new();
        await using (Service service = await StartAsync(before, directory))
        {
            await service.CreateAsync("hello", snapStart: true);
            await service.PublishAsync("hello");
            before.OnPublish = (_, token) => Task.FromException<PublishOutcome>(new IOException("never mind"));
        }
        // What a killed service leaves: a version that is Pending, a snapshot of it, an unfinished upload.
        SqliteRow.Execute(directory, "UPDATE versions SET state = 'Pending' WHERE number = 1");
        string unfinished = Path.Combine(directory, "functions", "hello", "abc.zip.1.tmp");
        await File.WriteAllTextAsync(unfinished, "half", TestContext.Current.CancellationToken);
        FakeFunctionHost after = new();
        after.Snapshots.Add(new SnapshotSummary
        {
            FunctionName = "hello",
            Version = "1",
            CreatedAt = DateTimeOffset.UnixEpoch,
            GuestMemoryMib = 256,
            SizeBytes = 1,
        });

        await using (Service service = await StartAsync(after, directory))
        {
            Answer found = await service.SendAsync(HttpMethod.Get, $"{Root}/hello/configuration?Qualifier=1");
            Answer again = await service.PublishAsync("hello");

            Assert.Equal("Failed", found.Json.GetProperty("State").GetString());
            Assert.Equal(
                "The service stopped while the version was being published",
                found.Json.GetProperty("StateReason").GetString());
            Assert.Contains(("hello", "1", true), after.Retired);
            Assert.False(File.Exists(unfinished));
            Assert.Equal("2", again.Json.GetProperty("Version").GetString());
            Assert.Equal("Active", again.Json.GetProperty("State").GetString());
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Start_WithADatabaseOfANewerThaw_IsRefused()
    {
        string directory = NewDirectory();
        await using (Service service = await StartAsync(directory: directory))
        {
            await service.CreateAsync("hello");
        }
        SqliteRow.Execute(directory, "PRAGMA user_version=99");

        InvalidDataException refused = await Assert.ThrowsAsync<InvalidDataException>(
            () => StartAsync(directory: directory));

        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }
}
