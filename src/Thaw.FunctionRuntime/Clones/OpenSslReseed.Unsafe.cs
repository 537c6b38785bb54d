using System.Runtime.InteropServices;

namespace Thaw.FunctionRuntime.Clones;

/// <summary>
/// Reseeds OpenSSL libraries that do not draw from the kernel each time as the image's own does: those that came with
/// the function's packages, and any where the function has a configuration of its own.
/// </summary>
internal static class OpenSslReseed
{
    private const string ConfigurationVariable = "OPENSSL_CONF";
    private const string Mappings = "/proc/self/maps";
    private const int FieldsBeforePath = 5;

    /// <summary>Reseeds those that are loaded.</summary>
    internal static void Run()
    {
        bool all = Environment.GetEnvironmentVariable(ConfigurationVariable) is not null;
        foreach (string path in Loaded().Where(path => all || !IsOfTheImage(path)))
        {
            if (NativeLibrary.TryLoad(path, out nint library)
                && NativeLibrary.TryGetExport(library, "RAND_poll", out nint poll))
            {
                // SAFETY: int RAND_poll(void) of every OpenSSL; it was loaded before, and never goes.
                unsafe
                {
                    _ = ((delegate* unmanaged<int>)poll)();
                }
            }
        }
    }

    private static bool IsOfTheImage(string path) =>
        path.StartsWith("/usr/lib/", StringComparison.Ordinal) || path.StartsWith("/lib/", StringComparison.Ordinal);

    private static HashSet<string> Loaded()
    {
        const StringSplitOptions Options = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        return [.. File.ReadLines(Mappings)
            .Where(line => line.Contains("/libcrypto", StringComparison.Ordinal))
            .Select(line => line.Split(' ', FieldsBeforePath + 1, Options)[^1])];
    }
}
