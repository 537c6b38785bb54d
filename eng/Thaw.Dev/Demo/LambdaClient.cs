using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Thaw.Dev.Demo;

/// <summary>The few calls of Lambda's API that the demonstration makes.</summary>
internal sealed class LambdaClient : IDisposable
{
    private static readonly TimeSpan s_pollVersion = TimeSpan.FromMilliseconds(250);
    private readonly HttpClient _http;

    /// <summary>Talks to a service.</summary>
    public LambdaClient(string endpoint)
    {
        // Generous: under emulation a cold start takes tens of seconds.
        _http = new HttpClient { BaseAddress = new Uri(endpoint), Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>How far the service's clock is from ours, to the second that HTTP tells.</summary>
    public async Task<TimeSpan> ClockDifferenceAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.GetAsync("/thaw/v1/health", cancellationToken);
        return (answer.Headers.Date is { } date ? date - DateTimeOffset.UtcNow : TimeSpan.Zero).Duration();
    }

    /// <summary>Creates a function in place of an earlier one of that name.</summary>
    public async Task CreateFunctionAsync(
        string name, string handler, int memoryMiB, byte[] package, CancellationToken cancellationToken)
    {
        using HttpResponseMessage deleted = await _http.DeleteAsync(PathOf(name), cancellationToken);
        if (deleted.StatusCode != HttpStatusCode.NotFound)
        {
            await RequireAsync(deleted, $"delete the earlier function {name}", cancellationToken);
        }

        var body = new JsonObject
        {
            ["FunctionName"] = name,
            ["Runtime"] = "python3.13",
            ["Handler"] = handler,
            ["Role"] = "arn:aws:iam::000000000000:role/demo",
            ["MemorySize"] = memoryMiB,
            ["Timeout"] = 60,
            ["SnapStart"] = new JsonObject { ["ApplyOn"] = "PublishedVersions" },
            ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(package) },
        };
        using HttpResponseMessage created = await _http.PostAsJsonAsync(
            "/2015-03-31/functions", body, cancellationToken);
        await RequireAsync(created, $"create the function {name}", cancellationToken);
    }

    /// <summary>Publishes a version and waits until its snapshot is there.</summary>
    public async Task<string> PublishVersionAsync(
        string name, Action<string> report, CancellationToken cancellationToken)
    {
        using HttpResponseMessage published = await _http.PostAsJsonAsync(
            $"{PathOf(name)}/versions", new JsonObject(), cancellationToken);
        JsonObject version = await RequireAsync(published, $"publish {name}", cancellationToken);
        string number = version["Version"]!.GetValue<string>();
        string state = "";
        while (true)
        {
            string now = version["State"]?.GetValue<string>() ?? "";
            string optimised = version["SnapStart"]?["OptimizationStatus"]?.GetValue<string>() ?? "";
            if (now == "Failed")
            {
                throw new DevException($"Version {number} of {name} failed: {version["StateReason"]}");
            }

            if (now == "Active")
            {
                return optimised == "On"
                    ? number
                    : throw new DevException($"Version {number} of {name} is active without a snapshot.");
            }

            if (now != state)
            {
                report($"version {number} is {now}");
                state = now;
            }

            await Task.Delay(s_pollVersion, cancellationToken);
            using HttpResponseMessage answer = await _http.GetAsync(
                $"{PathOf(name)}/configuration?Qualifier={number}", cancellationToken);
            version = await RequireAsync(answer, $"look at version {number} of {name}", cancellationToken);
        }
    }

    /// <summary>Invokes a version in a microVM of its own.</summary>
    public async Task<Invocation> InvokeFreshAsync(
        string name, string qualifier, JsonObject payload, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"{PathOf(name)}/invocations?Qualifier={Uri.EscapeDataString(qualifier)}")
        {
            Content = JsonContent.Create(payload),
        };
        request.Headers.Add("X-Thaw-Fresh", "1");
        using HttpResponseMessage answer = await _http.SendAsync(request, cancellationToken);
        string what = $"invoke {name}:{qualifier}";
        if (answer.Headers.Contains("X-Amz-Function-Error"))
        {
            string error = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new DevException($"The function failed on {what}: {error}");
        }

        JsonObject result = await RequireAsync(answer, what, cancellationToken);
        return new Invocation(
            Text(answer, "X-Amzn-RequestId"),
            Text(answer, "X-Thaw-Start-Kind"),
            Text(answer, "X-Thaw-Clone-Id"),
            Number(answer, "X-Thaw-Restore-Ms"),
            Number(answer, "X-Thaw-Answer-Ms"),
            Number(answer, "X-Thaw-Cpu-Ms"),
            (long)Number(answer, "X-Thaw-Private-Bytes"),
            (int)Number(answer, "X-Thaw-Start-Retries"),
            result);
    }

    /// <summary>When each invocation came in, by the service's clock.</summary>
    public async Task<Dictionary<string, DateTimeOffset>> StartTimesAsync(
        string name, CancellationToken cancellationToken) =>
        (await RecordsAsync(name, cancellationToken)).ToDictionary(
            r => r.Key,
            r => DateTimeOffset.Parse(Field(r.Value, "startedAt").GetValue<string>(), CultureInfo.InvariantCulture));

    /// <summary>What the service recorded of how an invocation's memory came.</summary>
    /// <exception cref="DevException">Nothing.</exception>
    public async Task<JsonObject> PagingOfAsync(string name, string requestId, CancellationToken cancellationToken) =>
        (await RecordsAsync(name, cancellationToken)).GetValueOrDefault(requestId)?["paging"] as JsonObject
        ?? throw new DevException($"The service has not recorded how the memory of invocation {requestId} came.");

    /// <summary>The service's records of a function's invocations, by the invocations' ids.</summary>
    public async Task<Dictionary<string, JsonObject>> RecordsAsync(string name, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _http.GetAsync(
            $"/thaw/v1/invocations?FunctionName={name}", cancellationToken);
        JsonObject list = await RequireAsync(answer, "list invocations", cancellationToken);
        JsonNode? records = list.Select(p => p.Value).FirstOrDefault(v => v is JsonArray);
        return (records as JsonArray ?? []).ToDictionary(
            r => Field(r!, "requestId").GetValue<string>(), r => r!.AsObject());
    }

    private static JsonNode Field(JsonNode record, string name) =>
        record.AsObject().First(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value!;

    private static string PathOf(string name) => $"/2015-03-31/functions/{name}";

    private static string Text(HttpResponseMessage answer, string header) =>
        answer.Headers.TryGetValues(header, out IEnumerable<string>? values) ? values.First() : "";

    private static double Number(HttpResponseMessage answer, string header) =>
        double.TryParse(Text(answer, header), CultureInfo.InvariantCulture, out double number) ? number : 0;

    private static async Task<JsonObject> RequireAsync(
        HttpResponseMessage answer, string what, CancellationToken cancellationToken)
    {
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new DevException($"The service refused to {what}: {(int)answer.StatusCode} {text}");
        }

        return text.Length == 0 ? [] : JsonNode.Parse(text) as JsonObject
            ?? throw new DevException($"The service answered no JSON object on {what}: {text}");
    }
}
