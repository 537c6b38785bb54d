using System.Runtime.InteropServices;
using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Kvm;

/// <summary>Mapping guest memory ahead of the guest.</summary>
public sealed partial class KvmVcpu
{
    // Linux 6.11: younger than the headers that the other requests are generated from.
    private const uint PreFaultMemory = 0xc040_aed5;
    private const int InterruptionsMax = 64;

    /// <summary>
    /// Has KVM map a range in its second-level page tables, as if the vCPU had read it (KVM_PRE_FAULT_MEMORY,
    /// Documentation/virt/kvm/api.rst 4.143). Pages that this process may write to are writable at once. Before the
    /// vCPU runs; the range has to be RAM.
    /// </summary>
    /// <returns>OK, or why the rest is left to page faults; kernels without it: ENOTTY, EINVAL, EOPNOTSUPP.</returns>
    public Errno TryPreFault(GuestAddress start, ulong lengthBytes)
    {
        Range range = new() { Address = start.Value, Length = lengthBytes };
        for (int interruptions = 0; range.Length > 0;)
        {
            Errno errno = KvmCall.Try(_fd, PreFaultMemory, ref range, out _);
            if (errno is not (Errno.OK or Errno.EINTR or Errno.EAGAIN)
                || (errno != Errno.OK && ++interruptions == InterruptionsMax))
            {
                return errno;
            }
        }
        return Errno.OK;
    }

    /// <summary>struct kvm_pre_fault_memory; KVM moves it on past what it has done.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Range
    {
        internal ulong Address;
        internal ulong Length;
    }
}
