using System.Numerics;

namespace Thaw.Worker.Microvms;

/// <summary>The RAM and vCPUs of a function's microVM.</summary>
/// <param name="MemoryMib">Its RAM.</param>
/// <param name="VcpuCount">Its vCPUs.</param>
internal sealed record GuestSize(int MemoryMib, int VcpuCount)
{
    /// <summary>
    /// What a guest needs beside the function: the kernel with its page structs (about 60 MiB for guests of this
    /// size), the unpacked initramfs, the agent, and slack for page cache. The function's own limit is its cgroup's.
    /// </summary>
    private const int OverheadMib = 128;

    /// <summary>The agent unpacks the deployment package into memory; zips of code shrink to about a quarter.</summary>
    private const int UnpackFactor = 4;

    /// <summary>Where Lambda gives a function more than one vCPU.</summary>
    private const int SecondVcpuAboveMib = 1769;

    /// <summary>RAM is rounded up to this, so that functions of about one size share a base snapshot.</summary>
    private const int StepMib = 64;

    private const long BytesPerMib = 1024 * 1024;

    /// <summary>The size for a function.</summary>
    internal static GuestSize Of(int memorySizeMb, long codeSizeBytes)
    {
        long codeMib = CodeDriveBytesOf(codeSizeBytes) * UnpackFactor / BytesPerMib;
        int memoryMib = (int)(memorySizeMb + OverheadMib + codeMib + StepMib - 1) / StepMib * StepMib;
        return new GuestSize(memoryMib, memorySizeMb > SecondVcpuAboveMib ? 2 : 1);
    }

    /// <summary>
    /// The length of the drive that a snapshot's deployment package is on: the next power of two from 1 MiB, so that a
    /// clone of a runtime's snapshot finds a drive of the length that its kernel knows.
    /// </summary>
    internal static long CodeDriveBytesOf(long codeSizeBytes) =>
        (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(codeSizeBytes, BytesPerMib));
}
