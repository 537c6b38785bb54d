namespace Thaw.Worker.Scheduling;

/// <summary>Room on the machine for one microVM.</summary>
/// <param name="memoryMib">The memory that it is counted with.</param>
internal sealed class Lease(int memoryMib)
{
    internal int MemoryMib { get; } = memoryMib;

    /// <summary>Set by <see cref="AdmissionControl{T}"/> under its lock: a lease is given back once.</summary>
    internal bool IsReleased { get; set; }
}
