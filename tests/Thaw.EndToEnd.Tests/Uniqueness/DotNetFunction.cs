using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>A function of <c>Thaw.SampleFunctions</c>: published, and invoked in clones of its own.</summary>
internal sealed class DotNetFunction
{
    private const string Project = "Thaw.SampleFunctions";
    private const int TimeoutSeconds = 120;
    private readonly ThawFixture _thaw;
    private readonly string _name;
    private int _published;

    private DotNetFunction(ThawFixture thaw, string name)
    {
        _thaw = thaw;
        _name = name;
    }

    /// <summary>Creates it.</summary>
    /// <param name="thaw">The service.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="handler"><c>Type::Method</c> in the project's namespace.</param>
    public static async Task<DotNetFunction> CreateAsync(ThawFixture thaw, string name, string handler)
    {
        await thaw.ServeAsync();
        JsonObject body = new()
        {
            ["FunctionName"] = name,
            ["Runtime"] = "dotnet10",
            ["Handler"] = $"{Project}::{Project}.{handler}",
            ["Role"] = "arn:aws:iam::000000000000:role/test",
            ["MemorySize"] = 256,
            ["Timeout"] = TimeoutSeconds,
            ["SnapStart"] = new JsonObject { ["ApplyOn"] = "PublishedVersions" },
            ["Code"] = new JsonObject { ["ZipFile"] = Convert.ToBase64String(Package()) },
        };
        using HttpResponseMessage answer = await thaw.Service.Http.PostAsJsonAsync("/2015-03-31/functions", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return new DotNetFunction(thaw, name);
    }

    /// <summary>Publishes a version and gives its number: another snapshot each time, of an init of its own.</summary>
    public async Task<string> PublishAsync()
    {
        // A function that did not change gives the version that it has.
        JsonObject change = new() { ["Timeout"] = TimeoutSeconds + ++_published };
        using HttpResponseMessage answer = await _thaw.Service.Http.PutAsJsonAsync(
            $"/2015-03-31/functions/{_name}/configuration", change);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await _thaw.PublishAsync(_name);
    }

    /// <summary>Invokes a fresh clone.</summary>
    public async Task<JsonObject> InvokeAsync(string version)
    {
        InvokeResult answer = (await _thaw.Functions.InvokeAsync(_name, version, new JsonObject(), fresh: true))
            .Succeeded();
        Assert.Equal("restore", answer.StartKind);
        return answer.Json;
    }

    /// <summary>The project as it was built, beside these tests.</summary>
    private static byte[] Package()
    {
        string own = AppContext.BaseDirectory.TrimEnd('/');
        string built = Path.Combine(own, "../..", Project, Path.GetFileName(own));
        using MemoryStream buffer = new();
        using (ZipArchive archive = new(buffer, ZipArchiveMode.Create))
        {
            foreach (string file in Directory.EnumerateFiles(built))
            {
                archive.CreateEntryFromFile(file, Path.GetFileName(file));
            }
        }

        return buffer.ToArray();
    }
}
