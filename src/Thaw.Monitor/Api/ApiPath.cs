namespace Thaw.Monitor.Api;

/// <summary>A request's path in its parts: <c>/drives/root</c> is resource "drives", item "root".</summary>
internal readonly record struct ApiPath(string Resource, string? Item, string? Rest)
{
    /// <summary>Cuts a path; leading slashes and one at the end mean nothing.</summary>
    internal static ApiPath Parse(string path)
    {
        string trimmed = path.TrimStart('/');
        if (trimmed.EndsWith('/'))
        {
            trimmed = trimmed[..^1];
        }

        string[] parts = trimmed.Split('/', 3);
        return new ApiPath(
            parts[0],
            parts.Length > 1 ? parts[1] : null,
            parts.Length > 2 ? parts[2] : null);
    }
}
