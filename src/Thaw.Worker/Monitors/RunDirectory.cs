using System.Text;
using Thaw.Store;

namespace Thaw.Worker.Monitors;

/// <summary>Where running microVMs have their files, and what to do about those that an earlier worker left.</summary>
internal sealed class RunDirectory
{
    private const int IdSizeBytes = 6;
    private static readonly TimeSpan s_killTimeout = TimeSpan.FromSeconds(10);
    private readonly string _root;
    private readonly IEntropy _random;

    /// <summary>Takes DIR/run.</summary>
    /// <exception cref="WorkerException">The path is too long for the sockets that go there.</exception>
    internal RunDirectory(string dataDirectory, IEntropy random)
    {
        _root = Path.Combine(Path.GetFullPath(dataDirectory), "run");
        _random = random;
        string longest = PathsOf(new string('0', 2 * IdSizeBytes)).HelloSocket;
        int over = Encoding.UTF8.GetByteCount(longest) - WorkerLimits.SocketPathLengthMax;
        if (over > 0)
        {
            throw new WorkerException(
                WorkerFault.MonitorUnavailable,
                $"The data directory {dataDirectory} has a path that is {over} bytes too long for Unix sockets in it.");
        }
    }

    /// <summary>Makes the directory of a new microVM.</summary>
    internal (string Id, MicrovmPaths Paths) Allocate()
    {
        Span<byte> bytes = stackalloc byte[IdSizeBytes];
        _random.Fill(bytes);
        string id = Convert.ToHexStringLower(bytes);
        MicrovmPaths paths = PathsOf(id);
        Directory.CreateDirectory(
            paths.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return (id, paths);
    }

    /// <summary>Ends the monitors that an earlier worker left, and removes all files here.</summary>
    /// <returns>How many monitors were ended.</returns>
    internal async Task<int> RecoverAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        int ended = 0;
        if (!Directory.Exists(_root))
        {
            return ended;
        }
        foreach (string directory in Directory.GetDirectories(_root))
        {
            if (ProcessIdentity.TryReadFile(new MicrovmPaths(directory).ProcessFile) is { } monitor
                && await monitor.EndAsync(s_killTimeout, time, cancellationToken).ConfigureAwait(false))
            {
                ended++;
            }
            Directory.Delete(directory, recursive: true);
        }
        return ended;
    }

    private MicrovmPaths PathsOf(string id) => new(Path.Combine(_root, id));
}
