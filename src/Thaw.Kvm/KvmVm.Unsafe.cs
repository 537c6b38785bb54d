using System.Runtime.CompilerServices;
using Thaw.Linux.Uapi;
using Thaw.Memory;

namespace Thaw.Kvm;

/// <summary>The one request that carries a pointer.</summary>
public sealed partial class KvmVm
{
    private static int IrqChipBytes => Unsafe.SizeOf<kvm_irqchip>();

    private static int PitBytes => Unsafe.SizeOf<kvm_pit_state2>();

    partial void ReadDirtyLog(uint slot, DirtyBitmap into)
    {
        // SAFETY: KVM writes one bit per page of the slot, rounded up to 64; the bitmap has that size and is pinned.
        unsafe
        {
            fixed (ulong* words = into.Words)
            {
                kvm_dirty_log argument = new() { slot = slot, dirty_bitmap = (ulong)words };
                KvmCall.With(_fd, KvmH.KVM_GET_DIRTY_LOG, ref argument, "KVM_GET_DIRTY_LOG");
            }
        }
    }
}
