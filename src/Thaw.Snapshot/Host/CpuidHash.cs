using System.Numerics;

namespace Thaw.Snapshot;

/// <summary>A 64-bit hash over CPUID registers: equal features, equal hash. Not a cryptographic one.</summary>
public struct CpuidHash
{
    private const ulong Prime = 0x9e3779b97f4a7c15;

    private ulong _state;

    /// <summary>The hash of what was added.</summary>
    public readonly ulong Value => Mix(_state ^ (_state >> 32));

    /// <summary>Adds one CPUID leaf's registers, in the order in which the host lists its leaves.</summary>
    public void Add(uint function, uint index, uint eax, uint ebx, uint ecx, uint edx)
    {
        Add(((ulong)function << 32) | index);
        Add(((ulong)eax << 32) | ebx);
        Add(((ulong)ecx << 32) | edx);
    }

    private void Add(ulong value) => _state = Mix(BitOperations.RotateLeft(_state, 23) ^ value);

    // Multiplication and shift as in splitmix64's finalizer; the constants are part of the format.
    private static ulong Mix(ulong value)
    {
        value = (value + Prime) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
