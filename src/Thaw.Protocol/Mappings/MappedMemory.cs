using System.Buffers.Binary;
using System.Text;

namespace Thaw.Protocol;

/// <summary>Which mappings have which pages of a guest's memory. The body of <see cref="Located"/>.</summary>
/// <remarks>
/// See docs/formats/agent-protocol.md. What is decoded was written by a guest: bounded, and made safe to show.
/// </remarks>
/// <param name="Regions">The mappings.</param>
/// <param name="Runs">Their pages.</param>
public sealed record MappedMemory(IReadOnlyList<MappedRegion> Regions, IReadOnlyList<MappedRun> Runs)
{
    private const int RightsLength = 4;
    private const int RunBytes = 16;

    /// <summary>Process, start and rights of a region, and the lengths of its two texts.</summary>
    private const int RegionFixedBytes = 4 + 8 + RightsLength + 1 + 1;

    /// <summary>Cuts a text to what a region may say, and replaces what is not printable ASCII.</summary>
    public static string Printable(string text, int lengthMax) =>
        string.Create(Math.Min(text.Length, lengthMax), text, (shown, all) =>
        {
            for (int at = 0; at < shown.Length; at++)
            {
                shown[at] = all[at] is >= ' ' and <= '~' ? all[at] : '?';
            }
        });

    /// <summary>Writes it as a body.</summary>
    /// <exception cref="ProtocolException">There is more than a body may have.</exception>
    public byte[] Encode()
    {
        Check(Regions.Count, ProtocolLimits.MappedRegionsMax, "regions");
        Check(Runs.Count, ProtocolLimits.MappedRunsMax, "runs");
        (MappedRegion Region, byte[] Program, byte[] Name)[] regions =
        [
            .. Regions.Select(region => (
                region, BytesOf(region.Program, ProtocolLimits.ProgramNameLengthMax),
                BytesOf(region.Name, ProtocolLimits.RegionNameLengthMax))),
        ];
        byte[] body = new byte[
            8 + regions.Sum(one => RegionFixedBytes + one.Program.Length + one.Name.Length) + (Runs.Count * RunBytes)];
        Span<byte> left = body;
        Put(ref left, (uint)regions.Length);
        foreach ((MappedRegion region, byte[] program, byte[] name) in regions)
        {
            Put(ref left, (uint)region.ProcessId);
            Put(ref left, (uint)region.Start);
            Put(ref left, (uint)(region.Start >> 32));
            Put(ref left, BytesOf(region.Rights.PadRight(RightsLength), RightsLength));
            left[0] = (byte)program.Length;
            left[1] = (byte)name.Length;
            left = left[2..];
            Put(ref left, program);
            Put(ref left, name);
        }
        Put(ref left, (uint)Runs.Count);
        foreach (MappedRun run in Runs)
        {
            Put(ref left, (uint)run.Region);
            Put(ref left, run.PageInRegion);
            Put(ref left, run.Frame);
            Put(ref left, run.Count);
        }
        return body;
    }

    /// <summary>Reads a body.</summary>
    /// <exception cref="ProtocolException">It is not one.</exception>
    public static MappedMemory Decode(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> left = body;
        int regionCount = Check(TakeNumber(ref left), ProtocolLimits.MappedRegionsMax, "regions");
        MappedRegion[] regions = new MappedRegion[regionCount];
        for (int i = 0; i < regionCount; i++)
        {
            uint process = TakeNumber(ref left);
            ulong start = TakeNumber(ref left) | ((ulong)TakeNumber(ref left) << 32);
            string rights = TakeText(ref left, RightsLength);
            ReadOnlySpan<byte> lengths = Take(ref left, 2);
            string program = TakeText(ref left, lengths[0]);
            regions[i] = new MappedRegion(
                (int)Math.Min(process, int.MaxValue), program, start, rights, TakeText(ref left, lengths[1]));
        }
        int runCount = Check(TakeNumber(ref left), ProtocolLimits.MappedRunsMax, "runs");
        if (left.Length != (long)runCount * RunBytes)
        {
            throw Bad($"{left.Length} bytes follow where {runCount} runs take {runCount * RunBytes}");
        }
        MappedRun[] runs = new MappedRun[runCount];
        for (int i = 0; i < runCount; i++)
        {
            uint region = TakeNumber(ref left);
            if (region >= regionCount)
            {
                throw Bad($"a run is of region {region} of {regionCount}");
            }
            runs[i] = new MappedRun(
                (int)region, TakeNumber(ref left), TakeNumber(ref left), TakeNumber(ref left));
        }
        return new MappedMemory(regions, runs);
    }

    private static byte[] BytesOf(string text, int lengthMax) => Encoding.ASCII.GetBytes(Printable(text, lengthMax));

    private static void Put(ref Span<byte> left, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(left, value);
        left = left[sizeof(uint)..];
    }

    private static void Put(ref Span<byte> left, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(left);
        left = left[bytes.Length..];
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> left, int count)
    {
        if (left.Length < count)
        {
            throw Bad("it ends too early");
        }
        ReadOnlySpan<byte> taken = left[..count];
        left = left[count..];
        return taken;
    }

    private static uint TakeNumber(ref ReadOnlySpan<byte> left) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Take(ref left, sizeof(uint)));

    private static string TakeText(ref ReadOnlySpan<byte> left, int length) =>
        Printable(Encoding.Latin1.GetString(Take(ref left, length)), length);

    private static int Check(long count, int limit, string what) =>
        count <= limit ? (int)count : throw Bad($"it has {count} {what}, more than {limit}");

    private static ProtocolException Bad(string why) =>
        new(ProtocolFault.BadBody, $"The body of frame {FrameKind.Located} can't be read: {why}.")
        {
            KindValue = (ushort)FrameKind.Located,
        };
}
