using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Thaw.ControlPlane.Tests;

/// <summary>A service on loopback over a fake worker, and a client of it.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly bool _ownsDirectory;
    private readonly ControlPlaneServer _server;

    private Service(ControlPlaneServer server, FakeFunctionHost host, string directory, bool ownsDirectory)
    {
        _server = server;
        _ownsDirectory = ownsDirectory;
        Host = host;
        Directory = directory;
        Client = new HttpClient { BaseAddress = server.Endpoint };
    }

    public FakeFunctionHost Host { get; }

    public string Directory { get; }

    public HttpClient Client { get; }

    public static async Task<Service> StartAsync(
        FakeFunctionHost? host = null, string? directory = null, TimeSpan collectionInterval = default)
    {
        string place = directory ?? NewDirectory();
        host ??= new FakeFunctionHost();
        ControlPlaneServer server = await ControlPlaneServer.StartAsync(new ControlPlaneOptions
        {
            DataDirectory = place,
            Listen = "http://127.0.0.1:0",
            CollectionInterval = collectionInterval,
            LogLevel = LogLevel.None,
        }, host, TimeProvider.System, TestContext.Current.CancellationToken);
        return new Service(server, host, place, directory is null);
    }

    public static string NewDirectory() => System.IO.Directory.CreateTempSubdirectory("thaw-service-").FullName;

    /// <summary>A deployment package with one file.</summary>
    public static byte[] Zip(string content = "def handler(e, c): return e")
    {
        using MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("app.py").Open();
            entry.Write(Encoding.UTF8.GetBytes(content));
        }
        return bytes.ToArray();
    }

    public static string CreateBody(string name, bool snapStart = false, string more = "", string code = "x") =>
        $$"""
        {"FunctionName":"{{name}}","Runtime":"python3.13","Handler":"app.handler","Role":"arn:aws:iam::1:role/r",
         "Code":{"ZipFile":"{{Convert.ToBase64String(Zip(code))}}"},
         "SnapStart":{"ApplyOn":"{{(snapStart ? "PublishedVersions" : "None")}}"}{{more}}}
        """;

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Dictionary<string, string> found = response.Headers.ToDictionary(
            pair => pair.Key, pair => string.Join(",", pair.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, text, found);
    }

    public Task<Answer> CreateAsync(string name, bool snapStart = false, string more = "", string code = "x") =>
        SendAsync(HttpMethod.Post, "/2015-03-31/functions", CreateBody(name, snapStart, more, code));

    public Task<Answer> InvokeAsync(string name, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, $"/2015-03-31/functions/{name}/invocations", body, headers);

    /// <summary>Publishes a version and waits until it no longer is Pending.</summary>
    public async Task<Answer> PublishAsync(string name)
    {
        Answer published = await SendAsync(HttpMethod.Post, $"/2015-03-31/functions/{name}/versions", "{}");
        Assert.Equal(HttpStatusCode.Created, published.Status);
        return await UntilSettledAsync(name, published.Json.GetProperty("Version").GetString()!);
    }

    public async Task<Answer> UntilSettledAsync(string name, string version)
    {
        while (true)
        {
            Answer found = await SendAsync(
                HttpMethod.Get, $"/2015-03-31/functions/{name}/configuration?Qualifier={version}");
            if (found.Json.GetProperty("State").GetString() != "Pending")
            {
                return found;
            }
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    internal sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
    {
        public JsonElement Json => JsonDocument.Parse(Text).RootElement;

        public string? ErrorType => Headers.GetValueOrDefault("x-amzn-errortype");

        public string Message => Json.GetProperty(nameof(Message)).GetString()!;
    }
}
