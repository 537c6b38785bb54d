using System.Runtime.CompilerServices;
using System.Text;
using Thaw.Linux.Uapi;

namespace Thaw.Linux;

/// <summary>What an init process asks of its kernel: modules, entropy, host name, network, the end.</summary>
public static class GuestKernel
{
    /// <summary>The longest host name that Linux takes.</summary>
    public const int HostNameBytesMax = 64;

    private const int InterfaceNameBytesMax = 7;

    /// <summary>Loads a module (finit_module(2)); EEXIST where it is loaded already.</summary>
    public static Errno TryLoadModule(SafeFd image)
    {
        byte none = 0;
        // SAFETY: the parameters are an empty string, a local that outlives the call.
        unsafe
        {
            return Libc.SystemCall(Libc.SYS_finit_module, image.Number, &none, 0) == 0 ? Errno.OK : Libc.LastErrno;
        }
    }

    /// <summary>Mixes bytes into the kernel's pool and credits them in full (RNDADDENTROPY).</summary>
    /// <param name="random">/dev/random or /dev/urandom, open for writing.</param>
    /// <param name="entropy">At most 512 bytes.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void AddEntropy(SafeFd random, ReadOnlySpan<byte> entropy)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entropy.Length, 512);
        int headerBytes = Unsafe.SizeOf<rand_pool_info>();
        Span<byte> buffer = stackalloc byte[headerBytes + 512];
        entropy.CopyTo(buffer[headerBytes..]);
        int result;
        // SAFETY: the buffer holds the header and as many bytes after it as buf_size says.
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                rand_pool_info* info = (rand_pool_info*)pointer;
                info->entropy_count = entropy.Length * 8;
                info->buf_size = entropy.Length;
                result = Libc.Ioctl(random.Number, RandomH.RNDADDENTROPY, pointer);
            }
        }
        Check(result, "RNDADDENTROPY");
    }

    /// <summary>Makes the kernel's generator take a new key from its pool (RNDRESEEDCRNG).</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void ReseedRandom(SafeFd random) =>
        Check(Libc.Ioctl(random.Number, RandomH.RNDRESEEDCRNG, 0), "RNDRESEEDCRNG");

    /// <summary>Sets the host name.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void SetHostName(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        int result;
        // SAFETY: the array is pinned for the call and its length is given.
        unsafe
        {
            fixed (byte* pointer = bytes)
            {
                result = Libc.SetHostName(pointer, (nuint)bytes.Length);
            }
        }
        Check(result, $"sethostname {name}");
    }

    /// <summary>Brings a network interface up.</summary>
    /// <param name="name">At most 7 ASCII characters: "lo", "eth0".</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void BringUp(string name)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, InterfaceNameBytesMax);
        int fd = Libc.Socket(Libc.AF_INET, 2 /* SOCK_DGRAM */ | Libc.SOCK_CLOEXEC, 0);
        Check(fd, "socket");
        using SafeFd socket = new(fd);
        Libc.ifreq request = new();
        for (int index = 0; index < name.Length; index++)
        {
            request.name |= (ulong)(byte)name[index] << (index * 8);
        }
        // SAFETY: a local struct of the size that both requests use.
        unsafe
        {
            Check(Libc.Ioctl(fd, Libc.SIOCGIFFLAGS, &request), $"SIOCGIFFLAGS {name}");
            request.flags |= Libc.IFF_UP;
            Check(Libc.Ioctl(fd, Libc.SIOCSIFFLAGS, &request), $"SIOCSIFFLAGS {name}");
        }
    }

    /// <summary>Writes all file systems' dirty pages back (sync(2)).</summary>
    public static void SyncAll() => Libc.SyncAll();

    /// <summary>Resets or powers off the machine; does not return if it works.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void End(bool reboot) =>
        Check(Libc.Reboot(reboot ? Libc.RB_AUTOBOOT : Libc.RB_POWER_OFF), "reboot");

    private static void Check(int result, string operation)
    {
        if (result < 0)
        {
            throw new LinuxException(Libc.LastErrno, operation);
        }
    }
}
