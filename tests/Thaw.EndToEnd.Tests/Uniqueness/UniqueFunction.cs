using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>A function of these tests: published, and invoked in clones of its own.</summary>
internal sealed class UniqueFunction
{
    private const int TimeoutSeconds = 120;
    private const UnixFileMode ProgramMode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly ThawFixture _thaw;

    private UniqueFunction(ThawFixture thaw, string name)
    {
        _thaw = thaw;
        Name = name;
    }

    /// <summary>The function's name.</summary>
    public string Name { get; }

    /// <summary>Creates it from a Python file of this project.</summary>
    /// <param name="thaw">The service.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="file">The Python file.</param>
    /// <param name="program">A program to put beside it, if any.</param>
    /// <param name="variables">Its environment.</param>
    public static async Task<UniqueFunction> CreateAsync(
        ThawFixture thaw, string name, string file, string? program = null,
        params (string Name, string Value)[] variables)
    {
        await thaw.ServeAsync();
        JsonObject environment = [];
        foreach ((string variable, string value) in variables)
        {
            environment[variable] = value;
        }

        JsonObject body = new()
        {
            ["FunctionName"] = name,
            ["Runtime"] = "python3.13",
            ["Handler"] = Path.GetFileNameWithoutExtension(file) + ".handler",
            ["Role"] = "arn:aws:iam::000000000000:role/test",
            ["MemorySize"] = 256,
            ["Timeout"] = TimeoutSeconds,
            ["SnapStart"] = new JsonObject { ["ApplyOn"] = "PublishedVersions" },
            ["Environment"] = new JsonObject { ["Variables"] = environment },
            ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Package(file, program)) },
        };
        using HttpResponseMessage answer = await thaw.Service.Http.PostAsJsonAsync("/2015-03-31/functions", body);
        Assert.True(
            answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return new UniqueFunction(thaw, name);
    }

    /// <summary>Publishes a version and gives its number.</summary>
    public Task<string> PublishAsync() => _thaw.PublishAsync(Name);

    /// <summary>Invokes a fresh clone.</summary>
    public Task<InvokeResult> InvokeAsync(string version, JsonObject? payload = null) =>
        _thaw.Functions.InvokeAsync(Name, version, payload ?? [], fresh: true);

    /// <summary>Has the service check a version.</summary>
    public async Task<JsonObject> CheckAsync(string version, string check, JsonObject body)
    {
        string separator = check.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        using HttpResponseMessage answer = await _thaw.Service.Http.PostAsJsonAsync(
            $"/thaw/v1/functions/{Name}/checks/{check}{separator}Qualifier={version}", body);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private static byte[] Package(string file, string? program)
    {
        using MemoryStream buffer = new();
        using (ZipArchive archive = new(buffer, ZipArchiveMode.Create))
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
}
