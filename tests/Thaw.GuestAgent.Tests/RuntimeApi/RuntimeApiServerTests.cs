using System.Net.Http.Headers;
using System.Net;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.RuntimeApi;

/// <summary>The Runtime API over real sockets, as an HTTP client sees it.</summary>
public sealed class RuntimeApiServerTests : IDisposable
{
    private readonly SessionBench _bench = new();
    private readonly BlockingSocket _listener = BlockingSocket.ListenLoopback(0, backlog: 16);
    private readonly RuntimeApiServer _server;
    private readonly List<Thread> _threads = [];
    private readonly HttpClient _client;

    public RuntimeApiServerTests()
    {
        _server = new RuntimeApiServer(_listener, _bench.Session);
        _server.Start((name, body) =>
        {
            Thread thread = new(() => body()) { Name = name, IsBackground = true };
            thread.Start();
            _threads.Add(thread);
        });
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_listener.LoopbackPort}/2018-06-01/") };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _bench.Dispose();
        _server.Stop();
        _listener.Dispose();
    }

    [Fact]
    public async Task Next_AnInvocation_HasLambdasHeaders()
    {
        Task<HttpResponseMessage> next = await StartNextAsync();
        Invoke request = SessionBench.Request() with
        {
            TraceId = "Root=1-2\r\nEvil: x",
            ClientContext = "{\"custom\":{\"a\":\"\u00e9\"}}",
        };
        _bench.Session.Invoke(request, "{\"a\":1}"u8.ToArray());

        using HttpResponseMessage response = await next;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("{\"a\":1}", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("r-1", Header(response.Headers, "Lambda-Runtime-Aws-Request-Id"));
        Assert.Equal("1800000000000", Header(response.Headers, "Lambda-Runtime-Deadline-Ms"));
        Assert.Equal(
            SessionBench.Configuration().FunctionArn,
            Header(response.Headers, "Lambda-Runtime-Invoked-Function-Arn"));
        Assert.Equal("Root=1-2Evil: x", Header(response.Headers, "Lambda-Runtime-Trace-Id"));
        Assert.False(response.Headers.Contains("Evil"));
        Assert.False(response.Headers.Contains("Lambda-Runtime-Cognito-Identity"));
    }

    [Fact]
    public async Task Response_LargestAllowed_ComesThrough()
    {
        await RunAsync();
        byte[] body = new byte[ProtocolLimits.PayloadSizeBytesMax];
        body[^1] = 0x31;

        using HttpResponseMessage response =
            await PostAsync("runtime/invocation/r-1/response", new ByteArrayContent(body));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("{\"status\":\"OK\"}\n", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(body, _bench.Output.Take<InvokeDone>().Body.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Response_OneByteTooLarge_Is413(bool chunked)
    {
        await RunAsync();
        ByteArrayContent content = new(new byte[ProtocolLimits.PayloadSizeBytesMax + 1]);
        using HttpRequestMessage request = new(HttpMethod.Post, "runtime/invocation/r-1/response");
        request.Content = content;
        request.Headers.TransferEncodingChunked = chunked;

        using HttpResponseMessage response = await _client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(
            "{\"errorMessage\":\"Exceeded maximum allowed payload size (6291456 bytes).\","
            + "\"errorType\":\"RequestEntityTooLarge\"}",
            await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(InvokeErrorKind.ResponseTooLarge, _bench.Output.Take<InvokeDone>().Message.ErrorKind);
    }

    [Theory]
    [InlineData("GET", "runtime/nothing", 404)]
    [InlineData("GET", "runtime/invocation/response", 404)]
    [InlineData("GET", "runtime/invocation/r-1/elsewhere", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("POST", "runtime/invocation/next", 405)]
    [InlineData("GET", "runtime/invocation/r-1/response", 405)]
    [InlineData("GET", "runtime/init/error", 405)]
    [InlineData("POST", "runtime/invocation/r-1/response", 403)]
    [InlineData("POST", "runtime/restore/error", 403)]
    [InlineData("GET", "runtime/restore/next", 403)]
    public async Task Request_OutOfPlace_IsRefused(string method, string path, int status)
    {
        _bench.Session.Configure(SessionBench.Configuration());
        using HttpRequestMessage request = new(new HttpMethod(method), path);

        using HttpResponseMessage response = await _client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains("errorType", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_OfAnotherId_Is400()
    {
        await RunAsync();

        using HttpResponseMessage response = await PostAsync("runtime/invocation/r-2/response", new StringContent("1"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}",
            await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Error_HugeDocument_IsCutButAnswered()
    {
        await RunAsync();
        StringContent content = new(new string('x', AgentLimits.ErrorDocumentBytesMax + 1));
        content.Headers.Add("Lambda-Runtime-Function-Error-Type", "Huge");

        using HttpResponseMessage response = await PostAsync("runtime/invocation/r-1/error", content);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        InvokeDone done = _bench.Output.Take<InvokeDone>().Message;
        Assert.Equal(("Huge", InvokeErrorKind.Unhandled), (done.Error!.ErrorType, done.ErrorKind));
    }

    [Fact]
    public async Task RestoreNext_AnswersAfterTheRestore()
    {
        _bench.Session.Configure(SessionBench.Configuration(snapStart: true));
        Task<HttpResponseMessage> restoreNext = _client.GetAsync("runtime/restore/next", Cancellation);
        Assert.True(_bench.Output.Take<InitDone>().Message.Ok);
        _bench.Session.Quiesce(new Quiesce { TimeoutMs = 1000 });

        _bench.Session.Restore(SessionBench.RestoreRequest(), _bench.Clock.NowNs);

        using HttpResponseMessage response = await restoreNext;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(RuntimeState.Restoring, _bench.Session.State);
    }

    private static string Header(HttpResponseHeaders headers, string name) => Assert.Single(headers.GetValues(name));

    private async Task<Task<HttpResponseMessage>> StartNextAsync()
    {
        _bench.Session.Configure(SessionBench.Configuration());
        Task<HttpResponseMessage> next = _client.GetAsync("runtime/invocation/next", Cancellation);
        await Task.Run(_bench.Output.Take<InitDone>, Cancellation);
        return next;
    }

    private async Task RunAsync()
    {
        Task<HttpResponseMessage> next = await StartNextAsync();
        _bench.Session.Invoke(SessionBench.Request(), "{}"u8.ToArray());
        using HttpResponseMessage response = await next;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string path, HttpContent content) =>
        _client.PostAsync(path, content, Cancellation);
}
