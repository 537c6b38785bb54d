using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Harness;

/// <summary>Lambda's API as a client sees it.</summary>
internal sealed class FunctionClient(ThawService service)
{
    private const UnixFileMode ProgramMode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly TimeSpan s_publishMax = TimeSpan.FromMinutes(6);

    /// <summary>Creates a function from one of this project's files, and a program beside it if any.</summary>
    public async Task<(HttpStatusCode Status, JsonObject Answer)> TryCreateAsync(
        string name, string file, int timeoutSeconds = 60, IReadOnlyDictionary<string, string>? environment = null,
        int memoryMib = 256, string? program = null)
    {
        var variables = new JsonObject();
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            variables[key] = value;
        }

        var body = new JsonObject
        {
            ["FunctionName"] = name,
            ["Runtime"] = file.EndsWith(".mjs", StringComparison.Ordinal) ? "nodejs20.x" : "python3.13",
            ["Handler"] = Path.GetFileNameWithoutExtension(file) + ".handler",
            ["Role"] = "arn:aws:iam::000000000000:role/test",
            ["MemorySize"] = memoryMib,
            ["Timeout"] = timeoutSeconds,
            ["SnapStart"] = new JsonObject { ["ApplyOn"] = "PublishedVersions" },
            ["Environment"] = new JsonObject { ["Variables"] = variables },
            ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Package(file, program)) },
        };
        using HttpResponseMessage answer = await service.Http.PostAsJsonAsync("/2015-03-31/functions", body);
        return (answer.StatusCode, await ReadAsync(answer));
    }

    /// <summary>Creates a function that has to come about.</summary>
    public async Task CreateAsync(
        string name, string file, int timeoutSeconds = 60, IReadOnlyDictionary<string, string>? environment = null,
        int memoryMib = 256, string? program = null)
    {
        (HttpStatusCode status, JsonObject answer) = await TryCreateAsync(
            name, file, timeoutSeconds, environment, memoryMib, program);
        Assert.True(status == HttpStatusCode.Created, answer.ToJsonString());
    }

    /// <summary>Deletes a function.</summary>
    public async Task DeleteAsync(string name)
    {
        using HttpResponseMessage answer = await service.Http.DeleteAsync(PathOf(name));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Starts the publication of a version.</summary>
    /// <returns>The version's number.</returns>
    public async Task<string> BeginPublishAsync(string name)
    {
        using HttpResponseMessage answer = await service.Http.PostAsJsonAsync(
            PathOf(name) + "/versions", new JsonObject());
        JsonObject version = await ReadAsync(answer);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, version.ToJsonString());
        return version["Version"]!.GetValue<string>();
    }

    /// <summary>A version's configuration.</summary>
    public Task<JsonObject> ConfigurationAsync(string name, string qualifier) =>
        service.GetAsync($"{PathOf(name)}/configuration?Qualifier={qualifier}");

    /// <summary>Waits until a version is no longer being made.</summary>
    public Task<JsonObject> UntilPublishedAsync(string name, string version) => Poll.UntilAsync(
        $"version {version} of {name} is made",
        async () =>
        {
            JsonObject configuration = await ConfigurationAsync(name, version);
            return configuration["State"]?.GetValue<string>() == "Pending" ? null : configuration;
        },
        s_publishMax);

    /// <summary>Invokes a function.</summary>
    public Task<InvokeResult> InvokeAsync(
        string name, string qualifier, JsonNode payload, bool fresh = false, bool withLog = false) =>
        InvokeAsync(name, qualifier, JsonContent.Create(payload), fresh, withLog);

    /// <summary>Invokes a function with any bytes.</summary>
    public async Task<InvokeResult> InvokeAsync(
        string name, string qualifier, HttpContent payload, bool fresh = false, bool withLog = false)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"{PathOf(name)}/invocations?Qualifier={Uri.EscapeDataString(qualifier)}")
        {
            Content = payload,
        };
        if (fresh)
        {
            request.Headers.Add("X-Thaw-Fresh", "1");
        }

        if (withLog)
        {
            request.Headers.Add("X-Amz-Log-Type", "Tail");
        }

        using HttpResponseMessage answer = await service.Http.SendAsync(request);
        return new InvokeResult
        {
            Status = answer.StatusCode,
            Headers = answer.Headers.ToDictionary(
                h => h.Key, h => h.Value.First(), StringComparer.OrdinalIgnoreCase),
            Body = await answer.Content.ReadAsByteArrayAsync(),
        };
    }

    /// <summary>The records of a function's invocations by request id.</summary>
    public async Task<Dictionary<string, JsonObject>> RecordsAsync(string name) =>
        (await service.GetAsync($"/thaw/v1/invocations?FunctionName={name}&MaxItems=500"))["invocations"]!.AsArray()
        .ToDictionary(r => r!["requestId"]!.GetValue<string>(), r => r!.AsObject());

    /// <summary>A deployment package with one of this project's files, and a program from anywhere.</summary>
    public static byte[] Package(string file, string? program = null)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create))
        {
            archive.CreateEntryFromFile(Path.Combine(AppContext.BaseDirectory, "Functions", file), file);
            if (program is not null)
            {
                File.SetUnixFileMode(program, ProgramMode);
                archive.CreateEntryFromFile(program, Path.GetFileName(program));
            }
        }

        return buffer.ToArray();
    }

    private static string PathOf(string name) => $"/2015-03-31/functions/{name}";

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer) =>
        (await JsonNode.ParseAsync(await answer.Content.ReadAsStreamAsync()))!.AsObject();
}
