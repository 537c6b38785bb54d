using Thaw.GuestAgent.Boot;
using Thaw.Linux;

namespace Thaw.GuestAgent.Restores;

/// <summary>Who this microVM is, as its function sees it: clone id, boot id, machine id.</summary>
internal sealed class GuestIdentity : IDisposable
{
    private const int IdBytes = 16;

    private readonly IdentityFile _cloneId;
    private readonly IdentityFile _bootId;
    private readonly IdentityFile _machineId;

    private GuestIdentity(string root, string bootIdPath)
    {
        _cloneId = IdentityFile.Create(root + GuestPaths.CloneId);
        _machineId = IdentityFile.Create(root + GuestPaths.MachineId);
        _bootId = IdentityFile.Create(bootIdPath);
    }

    /// <summary>
    /// Creates the files. A function that is no clone has no clone id; its boot id and machine id are random.
    /// </summary>
    /// <param name="root">The function's root.</param>
    /// <param name="bootIdPath">
    /// The file to be mounted over the kernel's boot id, which the kernel never changes once somebody has read it.
    /// </param>
    /// <exception cref="IOException">They can't be created.</exception>
    internal static GuestIdentity Create(string root, string bootIdPath)
    {
        GuestIdentity identity = new(root, bootIdPath);
        identity.RenewRandomIds();
        return identity;
    }

    /// <summary>Becomes another clone. The kernel's generator has to be new by then.</summary>
    /// <exception cref="IOException">A file can't be written.</exception>
    internal void Renew(string cloneId)
    {
        _cloneId.Write(cloneId);
        RenewRandomIds();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cloneId.Dispose();
        _bootId.Dispose();
        _machineId.Dispose();
    }

    private void RenewRandomIds()
    {
        _bootId.Write(RandomUuid().ToString("D"));
        _machineId.Write(RandomUuid().ToString("N"));
    }

    /// <summary>A version 4 UUID of the kernel's bytes: the runtime's own might be of the snapshot's.</summary>
    private static Guid RandomUuid()
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        Errno errno = KernelRandom.TryFill(bytes);
        if (errno != Errno.OK)
        {
            throw new LinuxException(errno, "getrandom");
        }
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
