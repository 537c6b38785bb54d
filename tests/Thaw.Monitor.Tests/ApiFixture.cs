using System.Text;
using System.Text.Json;
using Thaw.Monitor.Api;
using Thaw.Monitor.Control;
using Thaw.Monitor.Http;
using Thaw.Monitor.Logging;

namespace Thaw.Monitor.Tests;

/// <summary>A router over a fake microVM, and files that configurations may name.</summary>
public abstract class ApiFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-monitor-test-").FullName;

    protected ApiFixture()
    {
        Log = new MonitorLog("test", LogText, TimeProvider.System);
        Metrics = new MonitorMetrics("test", TimeProvider.System);
        Session = new MicrovmSession("test", Controller, Log, Metrics, TimeProvider.System);
        Router = new ApiRouter(Session, Log, Metrics);
        File.WriteAllText(ExistingFile, "x");
    }

    private protected FakeController Controller { get; } = new();

    private protected MicrovmSession Session { get; }

    private protected ApiRouter Router { get; }

    private protected MonitorLog Log { get; }

    private protected MonitorMetrics Metrics { get; }

    private protected MemoryStream LogText { get; } = new();

    /// <summary>A file that can be read and written.</summary>
    protected string ExistingFile => InFolder("file");

    public void Dispose()
    {
        Metrics.Dispose();
        Log.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string InFolder(string name) => Path.Combine(_folder, name);

    private protected HttpResponse Send(HttpVerb method, string path, string body = "") =>
        Router.Handle(new HttpRequest(method, path, Encoding.UTF8.GetBytes(body), KeepAlive: true));

    private protected HttpResponse Put(string path, string body) => Send(HttpVerb.Put, path, body);

    private protected HttpResponse Patch(string path, string body) => Send(HttpVerb.Patch, path, body);

    private protected string Get(string path)
    {
        HttpResponse response = Send(HttpVerb.Get, path);
        Assert.Equal(200, response.Status);
        return Encoding.UTF8.GetString(response.Body);
    }

    private protected static void AssertDone(HttpResponse response)
    {
        Assert.Equal("", Encoding.UTF8.GetString(response.Body));
        Assert.Equal(204, response.Status);
    }

    private protected static void AssertFault(string message, HttpResponse response)
    {
        Assert.Equal(400, response.Status);
        using JsonDocument body = JsonDocument.Parse(response.Body);
        Assert.Equal(message, body.RootElement.GetProperty("fault_message").GetString());
    }

    private protected void StartMicrovm()
    {
        AssertDone(Put("/boot-source", $$"""{"kernel_image_path":"{{ExistingFile}}"}"""));
        AssertDone(Put("/actions", """{"action_type":"InstanceStart"}"""));
    }
}
