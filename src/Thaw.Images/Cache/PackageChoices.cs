using System.Text.Json;

namespace Thaw.Images.Cache;

/// <summary>
/// Package versions once chosen, by what they were chosen for. They stay until someone asks for newer ones: a rebuild
/// should not change a guest by surprise, and a build that finds everything in the cache needs no network.
/// </summary>
/// <param name="Chosen">What for, to <c>name=version</c> items.</param>
public sealed record PackageChoices(Dictionary<string, IReadOnlyList<string>> Chosen)
{
    private const string FileName = "packages.json";

    /// <summary>Reads the choices kept in a cache directory; none when there is no readable file.</summary>
    public static PackageChoices Load(string cacheDirectory)
    {
        string path = Path.Combine(cacheDirectory, FileName);
        try
        {
            PackageChoices? choices = File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ImageJson.Default.PackageChoices)
                : null;
            return choices?.Chosen is null ? new PackageChoices([]) : choices;
        }
        catch (JsonException)
        {
            return new PackageChoices([]);
        }
    }

    /// <summary>Writes the choices, as a whole or not at all.</summary>
    public void Save(string cacheDirectory)
    {
        string path = Path.Combine(cacheDirectory, FileName);
        string temporary = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, ImageJson.Default.PackageChoices));
        File.Move(temporary, path, overwrite: true);
    }
}
