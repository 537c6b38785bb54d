using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Thaw.Functions;

namespace Thaw.SampleFunctions;

/// <summary>
/// Draws from every source of randomness that .NET has, each of them used in init already. It has no hooks of its own:
/// whatever differs between clones, the platform made differ.
/// </summary>
public sealed class Sources
{
    private const int Draws = 50;

    /// <summary>Made in init and kept: nobody can renew it, and the documentation says so.</summary>
    private readonly Random _kept = new();

    private readonly OldThread _oldThread = new();
    private readonly RestoreWatch _watch = new();
    private readonly RandomNumberGenerator _generator = RandomNumberGenerator.Create();
    private readonly FileStream _random = new("/dev/random", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
    private readonly SecretBuffer _secret = new(32);
    private readonly Dictionary<string, Func<string>> _sources;
    private readonly Dictionary<string, object> _init;

    public Sources()
    {
        _sources = new()
        {
            ["Random.Shared"] = Shared,
            ["Random.Shared, bytes"] = () => Bytes(16, Random.Shared.NextBytes),
            ["Random.Shared, doubles"] = () => Random.Shared.NextDouble().ToString("R", CultureInfo.InvariantCulture),
            ["Random.Shared in a new thread"] = () => InAThread(Shared),
            ["Random.Shared in a thread of init"] = () => _oldThread.Call(Shared),
            ["Random.Shared in the thread pool"] = () => Task.Run(Shared).GetAwaiter().GetResult(),
            ["new Random()"] = () => new Random().NextInt64().ToString(CultureInfo.InvariantCulture),
            ["new Random(), derived"] = () => Bytes(16, new DerivedRandom().NextBytes),
            ["Guid.NewGuid"] = () => Guid.NewGuid().ToString(),
            ["Guid.CreateVersion7"] = () => Guid.CreateVersion7().ToString(),
            ["RandomNumberGenerator.Fill"] = () => Bytes(16, bytes => RandomNumberGenerator.Fill(bytes)),
            ["RandomNumberGenerator of init"] = () => Bytes(16, _generator.GetBytes),
            ["RandomNumberGenerator in a new thread"] = () => InAThread(() => RandomNumberGenerator.GetHexString(32)),
            ["Aes keys"] = AesKey,
            ["ECDsa keys"] = EllipticKey,
            ["Path.GetRandomFileName"] = Path.GetRandomFileName,
            ["Path.GetTempFileName"] = TemporaryFile,
            ["trace ids of activities"] = TraceId,
            ["/dev/random, open since init"] = () => Bytes(16, bytes => _random.ReadExactly(bytes)),
        };
        _ = ActivityTraceId.CreateRandom();
        _secret.Write("not for the snapshot"u8);
        _init = new() { ["draws"] = Draw(), ["secret"] = _secret.IsFilled };
    }

    public object Handle() => new Dictionary<string, object>
    {
        ["draws"] = Draw(),
        ["watcher"] = _watch.Values(),
        ["secret"] = _secret.IsFilled,
        ["init"] = _init,
        ["fixed"] = new Dictionary<string, string>
        {
            ["string hash seed"] = Text("thaw".GetHashCode(StringComparison.Ordinal)),
            ["HashCode seed"] = Text(HashCode.Combine(7)),
            ["ActivityTraceId.CreateRandom"] = ActivityTraceId.CreateRandom().ToHexString(),
            ["a Random of init"] = Text(_kept.Next()),
        },
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Shared() => Random.Shared.NextInt64().ToString(CultureInfo.InvariantCulture);

    private static string Bytes(int count, Action<byte[]> fill)
    {
        byte[] bytes = new byte[count];
        fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static string InAThread(Func<string> draw)
    {
        string drawn = "";
        Thread thread = new(() => drawn = draw());
        thread.Start();
        thread.Join();
        return drawn;
    }

    private static string AesKey()
    {
        using Aes aes = Aes.Create();
        return Convert.ToHexStringLower(aes.Key);
    }

    private static string EllipticKey()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToHexStringLower(key.ExportParameters(includePrivateParameters: true).D!);
    }

    private static string TraceId()
    {
        using Activity activity = new Activity("draw").SetIdFormat(ActivityIdFormat.W3C).Start();
        return activity.TraceId.ToHexString();
    }

    private static string TemporaryFile()
    {
        string path = Path.GetTempFileName();
        File.Delete(path);
        return path;
    }

    private Dictionary<string, string[]> Draw() => _sources.ToDictionary(
        source => source.Key, source => Enumerable.Range(0, Draws).Select(_ => source.Value()).ToArray());
}
