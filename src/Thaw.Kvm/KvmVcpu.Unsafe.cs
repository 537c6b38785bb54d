using Thaw.Linux;
using Thaw.Linux.Uapi;

namespace Thaw.Kvm;

/// <summary>One vCPU: running it and reading why it stopped. Used by one thread at a time.</summary>
public sealed partial class KvmVcpu : IDisposable
{
    private readonly SafeFd _fd;
    private readonly SafeMappingHandle _run;
    private readonly int _xsaveBytes;

    internal KvmVcpu(SafeFd fd, uint id, int runBytes, int xsaveBytes)
    {
        _fd = fd;
        Id = id;
        _xsaveBytes = xsaveBytes;
        _run = SafeMappingHandle.SharedFile(fd, 0, (ulong)runBytes, writable: true);
    }

    /// <summary>The vCPU's number, from 0.</summary>
    public uint Id { get; }

    /// <summary>
    /// Makes the current or next KVM_RUN return at once (kvm_run.immediate_exit), after completing the instruction
    /// that last exited. Any thread.
    /// </summary>
    public bool ImmediateExit
    {
        set => Volatile.Write(ref Run0.immediate_exit, value ? (byte)1 : (byte)0);
    }

    /// <summary>Port of the last PortIo exit.</summary>
    public ushort Port => Run0.io_port;

    /// <summary>Whether the last PortIo exit is an OUT.</summary>
    public bool IsPortWrite => Run0.io_direction == KvmH.KVM_EXIT_IO_OUT;

    /// <summary>Bytes of one access of the last PortIo exit: 1, 2 or 4.</summary>
    public int PortSizeBytes => Run0.io_size;

    /// <summary>
    /// Data of the last PortIo exit: one element per repetition (REP INS/OUTS), to be filled for an IN.
    /// </summary>
    public Span<byte> PortData => RunBytes.Slice((int)Run0.io_data_offset, Run0.io_size * (int)Run0.io_count);

    /// <summary>Guest physical address of the last Mmio exit.</summary>
    public ulong MmioAddress => Run0.mmio_phys_addr;

    /// <summary>Whether the last Mmio exit is a store.</summary>
    public bool IsMmioWrite => Run0.mmio_is_write != 0;

    /// <summary>Data of the last Mmio exit, 1 to 8 bytes; to be filled for a load.</summary>
    public Span<byte> MmioData => RunBytes.Slice(MmioDataOffset, (int)Run0.mmio_len);

    private const int MmioDataOffset = 40;

    /// <summary>Runs the guest until an exit. EINTR and EAGAIN are <see cref="VcpuExitReason.Interrupted"/>.</summary>
    /// <exception cref="LinuxException">KVM refused.</exception>
    public VcpuExitReason Run()
    {
        if (Libc.Ioctl(_fd.Number, KvmH.KVM_RUN, 0) >= 0)
        {
            return (VcpuExitReason)Run0.exit_reason;
        }
        Errno errno = Libc.LastErrno;
        return errno is Errno.EINTR or Errno.EAGAIN
            ? VcpuExitReason.Interrupted
            : throw new LinuxException(errno, $"KVM_RUN of vCPU {Id}");
    }

    /// <summary>The last exit's details for a human: what FailEntry, InternalError or SystemEvent said.</summary>
    public string DescribeExit()
    {
        VcpuExitReason reason = (VcpuExitReason)Run0.exit_reason;
        return reason switch
        {
            VcpuExitReason.FailEntry =>
                $"entry failed, hardware reason 0x{Run0.fail_entry_hardware_entry_failure_reason:x}",
            VcpuExitReason.InternalError => $"KVM internal error, suberror {Run0.internal_suberror}",
            VcpuExitReason.SystemEvent => $"system event {Run0.system_event_type}",
            VcpuExitReason.Shutdown => "triple fault",
            _ => $"exit {reason}",
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _fd.Dispose();
    }

    private ref kvm_run Run0
    {
        get
        {
            // SAFETY: KVM_GET_VCPU_MMAP_SIZE is at least sizeof(kvm_run), and the mapping lives as long as this object.
            unsafe
            {
                return ref *(kvm_run*)_run.Address;
            }
        }
    }

    private Span<byte> RunBytes
    {
        get
        {
            // SAFETY: the whole mapping; slices of it are bounds-checked.
            unsafe
            {
                return new Span<byte>((void*)_run.Address, (int)_run.LengthBytes);
            }
        }
    }
}
