using System.Net;
using System.Text;
using System.Text.Json;
using Thaw.Worker;
using static Thaw.ControlPlane.Tests.Service;

namespace Thaw.ControlPlane.Tests;

public sealed class ChecksApiTests
{
    private const string Path = "/thaw/v1/functions/hello/checks";

    [Fact]
    public async Task Unique_OfASnapStartVersion_ComparesClonesWithTheSameFunctionUnsnapshotted()
    {
        await using Service service = await PublishedAsync();

        (HttpStatusCode status, JsonElement report) = await PostAsync(
            service, $"{Path}/unique?Qualifier=1&Clones=5", """{"n":1}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(report.GetProperty("isUnique").GetBoolean());
        UniquenessOrder order = service.Host.Checks.Uniqueness!;
        Assert.Equal((5, true, false), (order.Clones, order.Spec.SnapStart, order.Control.SnapStart));
        Assert.Equal(order.Spec with { SnapStart = false }, order.Control);
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(order.Payload.Span));
    }

    [Theory]
    [InlineData("unique?Qualifier=1&Clones=1", "{}")]
    [InlineData("unique?Qualifier=1&Clones=many", "{}")]
    [InlineData("unique?Qualifier=1", "{no json")]
    [InlineData("unique", "{}")]
    [InlineData("secrets?Qualifier=1", """{"secrets":{}}""")]
    [InlineData("secrets?Qualifier=1", """{"secrets":{"short":"AAAA"}}""")]
    [InlineData("secrets?Qualifier=1", """{}""")]
    public async Task BadRequests_AreRefused(string check, string body)
    {
        await using Service service = await PublishedAsync();

        (HttpStatusCode status, _) = await PostAsync(service, $"{Path}/{check}", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Null(service.Host.Checks.Uniqueness);
        Assert.Null(service.Host.Checks.Secrets);
    }

    [Fact]
    public async Task Secrets_NamesWhatWasFoundAndNeverTheSecret()
    {
        await using Service service = await PublishedAsync();
        string secret = Convert.ToBase64String("hunter2hunter2"u8);

        (HttpStatusCode status, JsonElement report) = await PostAsync(
            service, $"{Path}/secrets?Qualifier=1", $$$"""{"secrets":{"password":"{{{secret}}}"}}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("password", report.GetProperty("found")[0].GetProperty("name").GetString());
        Assert.Equal("hunter2hunter2"u8, Assert.Single(service.Host.Checks.Secrets!.Secrets).Value.Span);
        Assert.DoesNotContain("hunter2", report.GetRawText(), StringComparison.Ordinal);
    }

    private static async Task<Service> PublishedAsync()
    {
        Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await service.PublishAsync("hello");
        return service;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(
        Service service, string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await service.Client.PostAsync(
            new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        using JsonDocument document = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (answer.StatusCode, document.RootElement.Clone());
    }
}
