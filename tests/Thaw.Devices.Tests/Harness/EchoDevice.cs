using Thaw.Devices.Virtio;

namespace Thaw.Devices.Tests.Harness;

/// <summary>A device of two queues that copies what it reads into what it may write.</summary>
internal sealed class EchoDevice : IVirtioDevice
{
    internal VirtioContext? Context { get; private set; }

    internal int Activations { get; private set; }

    internal int Resets { get; private set; }

    internal List<(ulong Offset, byte[] Data)> ConfigWrites { get; } = [];

    public VirtioDeviceType DeviceType => VirtioDeviceType.Rng;

    public string Name => "echo";

    public ulong DeviceFeatures => 0x5;

    public IReadOnlyList<ushort> QueueSizes { get; } = [256, 16];

    public void Attach(VirtioContext context) => Context = context;

    public void ReadConfig(ulong offset, Span<byte> data) => data.Fill((byte)(offset + 1));

    public void WriteConfig(ulong offset, ReadOnlySpan<byte> data) => ConfigWrites.Add((offset, data.ToArray()));

    public void Activate() => Activations++;

    public void Reset() => Resets++;

    public void ProcessQueue(int index)
    {
        VirtQueue queue = Context!.Queues[index];
        QueueTurn turn = new(queue);
        while (turn.TryNext(out DescriptorChain? chain))
        {
            byte[] bytes = new byte[Math.Min(chain.ReadableBytes, chain.WritableBytes) % 65536];
            bool isCopied = chain.TryRead(0, bytes) && chain.TryWrite(0, bytes);
            queue.AddUsed(chain.Head, isCopied ? (uint)bytes.Length : 0);
        }
        turn.End(Context, index);
    }
}
