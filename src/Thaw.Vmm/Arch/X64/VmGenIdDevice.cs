using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Vmm.Arch.X64;

/// <summary>
/// The VM generation ID: 16 random bytes in guest memory that change with every clone, and an interrupt that makes the
/// guest's kernel reseed its random generator (Documentation/virt/... drivers/virt/vmgenid.c; ACPI _CID
/// VM_Gen_Counter).
/// </summary>
internal sealed class VmGenIdDevice : IDisposable
{
    /// <summary>Length of the id.</summary>
    internal const int IdBytes = 16;

    private readonly GuestMemory _memory;
    private readonly EventFd _interrupt = EventFd.Create();

    internal VmGenIdDevice(GuestMemory memory) => _memory = memory;

    /// <summary>What raises the generic event device's interrupt.</summary>
    internal EventFd Interrupt => _interrupt;

    /// <summary>Puts an id in place without telling anybody: for a guest that has not booted.</summary>
    internal void SetId(ReadOnlySpan<byte> id)
    {
        if (id.Length != IdBytes || !_memory.TryWrite(new GuestAddress(X64Layout.VmGenId), id))
        {
            throw new MicrovmException("VM generation ID cannot be written to guest memory.");
        }
    }

    /// <summary>
    /// Gives a clone its own id and tells its kernel, before any vCPU runs: memory first, then the interrupt.
    /// </summary>
    internal void Renew(ReadOnlySpan<byte> id)
    {
        SetId(id);
        _interrupt.Signal();
    }

    public void Dispose() => _interrupt.Dispose();
}
