using System.Text;
using Thaw.Linux;

namespace Thaw.GuestAgent.Restores;

/// <summary>The guest's kernel, and the file in which the function finds its clone id.</summary>
/// <remarks>All descriptors are open before a snapshot, so that a clone looks nothing up.</remarks>
internal sealed class CloneSystem : ICloneSystem, IDisposable
{
    private readonly SafeFd _random = SafeFd.Open("/dev/random", FileOpen.ReadWrite);
    private readonly SafeFd _cloneId;

    /// <summary>Creates the file, empty: a function that is no clone has no id.</summary>
    /// <param name="cloneIdPath">Where, as the agent sees it.</param>
    internal CloneSystem(string cloneIdPath)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(cloneIdPath)!);
        _cloneId = SafeFd.Open(cloneIdPath, FileOpen.CreateOrTruncate);
        File.SetUnixFileMode(
            cloneIdPath,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    /// <inheritdoc/>
    public void AddEntropy(ReadOnlySpan<byte> entropy)
    {
        GuestKernel.AddEntropy(_random, entropy);
        GuestKernel.ReseedRandom(_random);
    }

    /// <inheritdoc/>
    public void SetWallClock(long unixNs) => LinuxClock.SetRealtime(unixNs);

    /// <inheritdoc/>
    public long ReadWallClock() => LinuxClock.RealtimeNs;

    /// <inheritdoc/>
    public void SetIdentity(string cloneId, string? hostName)
    {
        byte[] line = Encoding.UTF8.GetBytes(cloneId + "\n");
        Errno errno = _cloneId.TryWriteAt(line, 0, out int count);
        if (errno != Errno.OK || count != line.Length)
        {
            throw new LinuxException(errno, "write the clone id");
        }
        _cloneId.SetLength(line.Length);
        if (hostName is not null)
        {
            GuestKernel.SetHostName(hostName);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _random.Dispose();
        _cloneId.Dispose();
    }
}
