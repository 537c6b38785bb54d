using System.Security.Cryptography;
using System.Text;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>A published function to be checked by the command line, as users and CI do it.</summary>
public sealed class CheckedFunction(ThawFixture thaw) : IAsyncLifetime
{
    private const string Name = "checked";

    /// <summary>Clones and a cold start one after the other, and all of their memory to be read.</summary>
    private static readonly TimeSpan s_checkMax = TimeSpan.FromMinutes(6);

    private string _version = "";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        UniqueFunction function = await UniqueFunction.CreateAsync(thaw, Name, "checked.py");
        _version = await function.PublishAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Writes the SHA-256 of a text into a file on the host: the secret itself is in no program.</summary>
    /// <returns>The file.</returns>
    internal async Task<string> SecretFileAsync(string name, string text)
    {
        string path = $"{thaw.Host.State}/{name}.secret";
        await thaw.Host.WriteAsync(path, SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return path;
    }

    /// <summary>Runs <c>thaw check</c> on the host.</summary>
    internal async Task<(int Code, string Output)> CheckAsync(string check, string options)
    {
        await thaw.ServeAsync();
        (int code, string output, string error) = await thaw.Host.TryRunAsync(
            $"{thaw.Host.Programs}/thaw check {check} {Name}:{_version} {options}", s_checkMax);
        return (code, output + error);
    }
}
