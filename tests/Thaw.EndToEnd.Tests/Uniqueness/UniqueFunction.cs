using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>A function of these tests: published, and invoked in clones of its own.</summary>
internal sealed class UniqueFunction
{
    private const int TimeoutSeconds = 120;
    private readonly ThawFixture _thaw;
    private int _published;

    private UniqueFunction(ThawFixture thaw, string name)
    {
        _thaw = thaw;
        Name = name;
    }

    /// <summary>The function's name.</summary>
    public string Name { get; }

    /// <summary>Creates it from a file of this project.</summary>
    /// <param name="thaw">The service.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="file">The file; its ending says the runtime.</param>
    /// <param name="program">A program to put beside it, if any.</param>
    /// <param name="environment">Its environment.</param>
    public static async Task<UniqueFunction> CreateAsync(
        ThawFixture thaw, string name, string file, string? program = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        await thaw.ServeAsync();
        await thaw.Functions.CreateAsync(name, file, TimeoutSeconds, environment, program: program);
        return new UniqueFunction(thaw, name);
    }

    /// <summary>Publishes a version and gives its number: another snapshot each time, of an init of its own.</summary>
    public async Task<string> PublishAsync()
    {
        // A function that did not change gives the version that it has.
        JsonObject change = new() { ["Timeout"] = TimeoutSeconds + ++_published };
        using HttpResponseMessage answer = await _thaw.Service.Http.PutAsJsonAsync(
            $"/2015-03-31/functions/{Name}/configuration", change);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await _thaw.PublishAsync(Name);
    }

    /// <summary>Invokes a fresh clone.</summary>
    public Task<InvokeResult> InvokeAsync(string version, JsonObject? payload = null) =>
        _thaw.Functions.InvokeAsync(Name, version, payload ?? [], fresh: true);
}
