using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli.Client;

/// <summary>Speaks to a service.</summary>
internal sealed class ThawClient : IDisposable
{
    private const string Root = "2015-03-31/functions";

    /// <summary>Above what the service itself gives an invocation: init, restore and handler at their limits.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(45);

    private readonly HttpClient _http;

    internal ThawClient(Uri endpoint)
    {
        Endpoint = endpoint;
        _http = new HttpClient { BaseAddress = endpoint, Timeout = s_timeout };
    }

    /// <summary>Where the service is.</summary>
    internal Uri Endpoint { get; }

    internal Task<FunctionConfiguration> CreateAsync(
        CreateFunctionRequest request, string? account, CancellationToken cancellation) => SendAsync(
            HttpMethod.Post, Root, Json(request, LambdaJsonContext.Default.CreateFunctionRequest),
            LambdaJsonContext.Default.FunctionConfiguration, cancellation,
            account is null ? [] : [("X-Thaw-Account", account)]);

    internal Task<FunctionConfiguration> UpdateCodeAsync(
        string name, UpdateFunctionCodeRequest request, CancellationToken cancellation) => SendAsync(
            HttpMethod.Put, $"{PathOf(name)}/code", Json(request, LambdaJsonContext.Default.UpdateFunctionCodeRequest),
            LambdaJsonContext.Default.FunctionConfiguration, cancellation);

    internal Task<FunctionConfiguration> PublishAsync(
        string name, PublishVersionRequest request, CancellationToken cancellation) => SendAsync(
            HttpMethod.Post, $"{PathOf(name)}/versions", Json(request, LambdaJsonContext.Default.PublishVersionRequest),
            LambdaJsonContext.Default.FunctionConfiguration, cancellation);

    internal Task<FunctionConfiguration> GetConfigurationAsync(
        string name, string? version, CancellationToken cancellation) => SendAsync(
            HttpMethod.Get,
            $"{PathOf(name)}/configuration{(version is null ? "" : $"?Qualifier={Uri.EscapeDataString(version)}")}",
            null, LambdaJsonContext.Default.FunctionConfiguration, cancellation);

    internal Task<ListVersionsResponse> ListVersionsAsync(
        string name, string? marker, CancellationToken cancellation) => SendAsync(
            HttpMethod.Get, $"{PathOf(name)}/versions{Marker(marker)}", null,
            LambdaJsonContext.Default.ListVersionsResponse, cancellation);

    internal Task<ListFunctionsResponse> ListAsync(string? marker, CancellationToken cancellation) => SendAsync(
        HttpMethod.Get, $"{Root}/{Marker(marker)}", null, LambdaJsonContext.Default.ListFunctionsResponse,
        cancellation);

    internal async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await ExchangeAsync(
            HttpMethod.Delete, PathOf(name), null, [], cancellation)
            .ConfigureAwait(false);
    }

    internal Task<T> GetThawAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"thaw/v1/{path}", null, type, cancellation);

    internal Task<T> PostThawAsync<T>(
        string path, HttpContent? content, string? passphrase, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"thaw/v1/{path}", content, type, cancellation, PassphraseHeaders(passphrase));

    /// <summary>Copies an answer that is no JSON; one that breaks off is an error.</summary>
    internal async Task DownloadThawAsync(
        string path, string? passphrase, Stream target, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await ExchangeAsync(
            HttpMethod.Get, $"thaw/v1/{path}", null, PassphraseHeaders(passphrase), cancellation,
            HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
        try
        {
            await response.Content.CopyToAsync(target, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw new CliException(
                $"The service at {Endpoint} gave up in the middle of the answer; its log says why.",
                ExitCodes.Failure, failure);
        }
    }

    /// <summary>Has the service check a version: what is sent is the check's own.</summary>
    internal Task<T> CheckAsync<T>(
        string name, string version, string check, byte[] body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        string path = $"thaw/v1/functions/{Uri.EscapeDataString(name)}/checks/{check}";
        string query = $"{(check.Contains('?', StringComparison.Ordinal) ? '&' : '?')}Qualifier="
            + Uri.EscapeDataString(version);
        return SendAsync(HttpMethod.Post, path + query, content, type, cancellation);
    }

    /// <summary>Invokes a function; its own failure is a result.</summary>
    internal async Task<InvokeResult> InvokeAsync(
        string name, byte[] payload, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellation)
    {
        using ByteArrayContent content = new(payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await ExchangeAsync(
            HttpMethod.Post, $"{PathOf(name)}/invocations", content, headers, cancellation).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        string? log = HeaderOf(response, "X-Amz-Log-Result");
        return new InvokeResult
        {
            StatusCode = (int)response.StatusCode,
            ExecutedVersion = HeaderOf(response, "X-Amz-Executed-Version"),
            FunctionError = HeaderOf(response, "X-Amz-Function-Error"),
            StartKind = HeaderOf(response, "X-Thaw-Start-Kind"),
            CloneId = HeaderOf(response, "X-Thaw-Clone-Id"),
            Variant = (int?)NumberOf(response, "X-Thaw-Variant"),
            RestoreMs = NumberOf(response, "X-Thaw-Restore-Ms"),
            AnswerMs = NumberOf(response, "X-Thaw-Answer-Ms"),
            CpuMs = NumberOf(response, "X-Thaw-Cpu-Ms"),
            PrivateBytes = (long?)NumberOf(response, "X-Thaw-Private-Bytes"),
            Log = log is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(log)),
            Payload = ParsePayload(body),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>A handler may answer with what is no JSON; then it is shown as text.</summary>
    private static JsonNode? ParsePayload(byte[] body)
    {
        if (body.Length == 0)
        {
            return null;
        }
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return JsonValue.Create(Encoding.UTF8.GetString(body));
        }
    }

    private static string PathOf(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    private static string Marker(string? marker) => marker is null ? "" : $"?Marker={Uri.EscapeDataString(marker)}";

    private static ByteArrayContent Json<T>(T value, JsonTypeInfo<T> type)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(value, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static IReadOnlyList<(string Name, string Value)> PassphraseHeaders(string? passphrase) =>
        passphrase is null ? [] : [("X-Thaw-Passphrase", Convert.ToBase64String(Encoding.UTF8.GetBytes(passphrase)))];

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellation,
        IReadOnlyList<(string Name, string Value)>? headers = null)
    {
        using HttpResponseMessage response = await ExchangeAsync(method, path, content, headers ?? [], cancellation)
            .ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw NotThaw();
        }
        catch (JsonException)
        {
            throw NotThaw();
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpMethod method, string path, HttpContent? content, IReadOnlyList<(string Name, string Value)> headers,
        CancellationToken cancellation, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw new CliException(
                $"No service answers at {Endpoint} ({failure.Message}). Start one with: thaw serve", ExitCodes.Failure,
                failure);
        }
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw await ReadErrorAsync(response, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<Exception> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        string type = HeaderOf(response, "x-amzn-errortype") ?? "";
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(body, LambdaJsonContext.Default.LambdaErrorBody) is { } error
                ? new ServiceErrorException((int)response.StatusCode, type, error.Message, error.Console)
                : NotThaw();
        }
        catch (JsonException)
        {
            return NotThaw();
        }
    }

    private CliException NotThaw() => new($"What answers at {Endpoint} is not a Thaw service.");

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    private static double? NumberOf(HttpResponseMessage response, string name) =>
        double.TryParse(HeaderOf(response, name), CultureInfo.InvariantCulture, out double number) ? number : null;
}
