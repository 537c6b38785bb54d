using System.Runtime.InteropServices;
using Thaw.Linux;
using Thaw.Linux.Uapi;

namespace Thaw.Kvm;

/// <summary>/dev/kvm: what the host offers, and the maker of VMs.</summary>
public sealed class KvmSystem : IDisposable
{
    /// <summary>KVM's only API version since 2007 (Documentation/virt/kvm/api.rst, 4.1).</summary>
    public const int ApiVersion = (int)KvmH.KVM_API_VERSION;

    private const int CpuidEntryCountMax = 256;
    private const int MsrCountMax = 1024;

    private readonly SafeFd _fd;

    private KvmSystem(SafeFd fd) => _fd = fd;

    /// <summary>Opens the device and checks its version and the capabilities that every microVM needs.</summary>
    /// <exception cref="LinuxException">The device cannot be opened.</exception>
    /// <exception cref="NotSupportedException">Another API version, or a capability is missing (named).</exception>
    public static KvmSystem Open(string path = "/dev/kvm")
    {
        KvmSystem system = new(SafeFd.Open(path, FileOpen.ReadWrite));
        int version = KvmCall.Plain(system._fd, KvmH.KVM_GET_API_VERSION, 0, "KVM_GET_API_VERSION");
        if (version != ApiVersion)
        {
            throw new NotSupportedException($"KVM API version is {version}, Thaw needs {ApiVersion}.");
        }
        foreach (KvmCapability capability in KvmCapabilities.Required)
        {
            if (system.Check(capability) == 0)
            {
                throw new NotSupportedException($"KVM lacks the capability {capability}.");
            }
        }
        return system;
    }

    /// <summary>KVM_CHECK_EXTENSION: 0 when absent, else what the capability's text says.</summary>
    public int Check(KvmCapability capability) =>
        KvmCall.Plain(_fd, KvmH.KVM_CHECK_EXTENSION, (nuint)capability, "KVM_CHECK_EXTENSION");

    /// <summary>CPUID leaves that this host's KVM can give a guest.</summary>
    public CpuidEntry[] SupportedCpuid()
    {
        byte[] buffer = new byte[8 + CpuidEntryCountMax * 40];
        MemoryMarshal.Write(buffer, (uint)CpuidEntryCountMax);
        KvmCall.Buffer(_fd, KvmH.KVM_GET_SUPPORTED_CPUID, buffer, "KVM_GET_SUPPORTED_CPUID");
        return CpuidCodec.Decode(buffer);
    }

    /// <summary>MSRs that make up a vCPU's state on this host.</summary>
    public uint[] MsrIndexList()
    {
        byte[] buffer = new byte[4 + MsrCountMax * 4];
        MemoryMarshal.Write(buffer, (uint)MsrCountMax);
        KvmCall.Buffer(_fd, KvmH.KVM_GET_MSR_INDEX_LIST, buffer, "KVM_GET_MSR_INDEX_LIST");
        int count = (int)MemoryMarshal.Read<uint>(buffer);
        return MemoryMarshal.Cast<byte, uint>(buffer.AsSpan(4, count * 4)).ToArray();
    }

    /// <summary>Creates an empty VM.</summary>
    /// <exception cref="LinuxException">The host refused.</exception>
    public KvmVm CreateVm()
    {
        int fd;
        do
        {
            fd = Libc.Ioctl(_fd.Number, KvmH.KVM_CREATE_VM, 0);
        }
        while (fd < 0 && Libc.LastErrno == Errno.EINTR);
        if (fd < 0)
        {
            throw new LinuxException(Libc.LastErrno, "KVM_CREATE_VM");
        }
        int runBytes = KvmCall.Plain(_fd, KvmH.KVM_GET_VCPU_MMAP_SIZE, 0, "KVM_GET_VCPU_MMAP_SIZE");
        return new KvmVm(new SafeFd(fd), runBytes, Check(KvmCapability.Xsave2));
    }

    /// <inheritdoc/>
    public void Dispose() => _fd.Dispose();
}
