using System.Security.Cryptography;
using Thaw.Images.Cache;

namespace Thaw.Dev.Steps;

/// <summary>Installs the S3 server of the tests (<c>eng/s3server</c>) into the cache folder.</summary>
internal static class S3ServerSteps
{
    private const string PackageFile = "package.json";
    private const string LockFile = "package-lock.json";

    /// <summary>Installs what the lock file names, if it is not there yet.</summary>
    /// <returns>The server's program.</returns>
    public static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        string source = Path.Combine(Workspace.Root, "eng", "s3server");
        byte[] locked = await File.ReadAllBytesAsync(Path.Combine(source, LockFile), cancellationToken);
        string key = Convert.ToHexStringLower(SHA256.HashData(locked))[..16];
        string parent = Path.Combine(ImageCache.DefaultDirectory, "s3server");
        string installed = Path.Combine(parent, key);
        string program = Path.Combine(installed, "node_modules", ".bin", "s3rver");
        if (File.Exists(program))
        {
            return program;
        }

        // A folder under its final name is complete.
        string building = Path.Combine(parent, $"{key}.{Environment.ProcessId}");
        Directory.CreateDirectory(building);
        File.Copy(Path.Combine(source, PackageFile), Path.Combine(building, PackageFile), overwrite: true);
        await File.WriteAllBytesAsync(Path.Combine(building, LockFile), locked, cancellationToken);
        await StepLog.RunAsync("Installing the S3 server for tests", report => ChildProcess.RunAsync(
            "npm",
            ["ci", "--prefix", building, "--no-audit", "--no-fund", "--ignore-scripts"],
            report,
            cancellationToken));
        try
        {
            Directory.Move(building, installed);
        }
        catch (IOException) when (File.Exists(program))
        {
            // Another run installed the same.
            Directory.Delete(building, recursive: true);
        }

        return program;
    }
}
