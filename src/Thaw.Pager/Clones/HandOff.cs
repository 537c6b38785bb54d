using System.Text.Json;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Pager.Views;
using Thaw.Protocol;

namespace Thaw.Pager.Clones;

/// <summary>
/// What a monitor handed over: its userfaultfd and where its memory lies. Both hand-offs of
/// docs/formats/pager-protocol.md.
/// </summary>
/// <param name="Faults">Tells of faults and resolves them; owned.</param>
/// <param name="Map">Where guest memory lies in the monitor.</param>
/// <param name="IsShared">Whether it maps our images; else pages are copied into its memory.</param>
internal sealed record HandOff(Userfaultfd Faults, FaultMap Map, bool IsShared)
{
    /// <summary>Pages that the monitor was told to map ahead.</summary>
    internal long Populated { get; private init; }

    /// <summary>Does the pager's part of a hand-off; the monitor talks first and says by that which one.</summary>
    /// <param name="socket">The connection, fresh.</param>
    /// <param name="image">The memory.</param>
    /// <param name="isRecorded">Whether the clone shall map what it touches and nothing else.</param>
    /// <exception cref="IOException">The monitor does not keep to the protocol, or is gone.</exception>
    /// <exception cref="JsonException">It sent what is no message.</exception>
    internal static HandOff Run(FramedSocket socket, OpenImage image, bool isRecorded)
    {
        List<SafeFd> received = [];
        try
        {
            byte[] first = new byte[PagerProtocol.Magic.Length];
            socket.ReceiveRaw(first, received, PagerProtocol.HandOffTimeout);
            return first.AsSpan().SequenceEqual(PagerProtocol.Magic)
                ? RunShared(socket, image, isRecorded, received)
                : RunFirecracker(socket, image.View, first, received);
        }
        finally
        {
            // The userfaultfd was adopted, and is not closed here.
            received.ForEach(descriptor => descriptor.Dispose());
        }
    }

    /// <summary>Tells a monitor of shared images.</summary>
    internal static void Notify(FramedSocket socket, PagerNotice notice) => socket.Send(
        JsonSerializer.SerializeToUtf8Bytes(notice, PagingJsonContext.Default.PagerNotice),
        [],
        PagerProtocol.HandOffTimeout);

    private static HandOff RunFirecracker(
        FramedSocket socket, MemoryView view, byte[] first, List<SafeFd> received)
    {
        byte[] list = new byte[PagerProtocol.MappingListBytesMax];
        first.CopyTo(list, 0);
        int length = first.Length;
        IReadOnlyList<MemoryMapping>? mappings;
        // It comes in one piece or more; it is whole when it is JSON.
        while (!TryParse(list.AsSpan(0, length), out mappings))
        {
            if (length == list.Length)
            {
                throw new IOException("The monitor's list of mappings has no end.");
            }
            length += socket.ReceiveSome(list.AsSpan(length), received, PagerProtocol.HandOffTimeout);
        }
        return Take(mappings ?? [], view, received, isShared: false);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out IReadOnlyList<MemoryMapping>? mappings)
    {
        Utf8JsonReader reader = new(text, isFinalBlock: false, state: default);
        if (!JsonDocument.TryParseValue(ref reader, out JsonDocument? document))
        {
            mappings = null;
            return false;
        }
        document.Dispose();
        mappings = JsonSerializer.Deserialize(text, PagingJsonContext.Default.IReadOnlyListMemoryMapping);
        return true;
    }

    private static HandOff RunShared(
        FramedSocket socket, OpenImage image, bool isRecorded, List<SafeFd> received)
    {
        MemoryView view = image.View;
        SharedMemoryRequest? request = JsonSerializer.Deserialize(
            socket.Receive(PagerProtocol.MessageBytesMax, received, PagerProtocol.HandOffTimeout),
            PagingJsonContext.Default.SharedMemoryRequest);
        ulong bytes = (ulong)view.Source.PageCount * PageSize.Bytes;
        if (request?.MemoryBytes != bytes)
        {
            Refuse(socket, $"the microVM has {request?.MemoryBytes} bytes of memory, the image {bytes}");
        }
        if (image.Snapshot is { } snapshot
            && !string.Equals(request!.Snapshot, snapshot, StringComparison.OrdinalIgnoreCase))
        {
            Refuse(socket, $"the memory is snapshot {snapshot}'s, the microVM restores {request.Snapshot}");
        }
        List<PopulateRange> populate = isRecorded ? [] : image.Populate.ToRanges();
        SharedMemoryOffer offer = view.Offer with
        {
            SinglePages = isRecorded,
            Populate = PopulateList.Encode(populate),
        };
        socket.Send(
            JsonSerializer.SerializeToUtf8Bytes(offer, PagingJsonContext.Default.SharedMemoryOffer),
            [.. view.OfferedImages.Select(image => image.File)],
            PagerProtocol.HandOffTimeout);
        SharedMemoryMapped? mapped = JsonSerializer.Deserialize(
            socket.Receive(PagerProtocol.MessageBytesMax, received, PagerProtocol.HandOffTimeout),
            PagingJsonContext.Default.SharedMemoryMapped);
        return Take(mapped?.Mappings ?? [], view, received, isShared: true) with
        {
            Populated = populate.Sum(range => (long)range.Count),
        };
    }

    private static void Refuse(FramedSocket socket, string reason)
    {
        socket.Send(
            JsonSerializer.SerializeToUtf8Bytes(
                new SharedMemoryOffer { Error = reason }, PagingJsonContext.Default.SharedMemoryOffer),
            [],
            PagerProtocol.HandOffTimeout);
        throw new IOException($"Refused: {reason}.");
    }

    private static HandOff Take(
        IReadOnlyList<MemoryMapping> mappings, MemoryView view, List<SafeFd> received, bool isShared)
    {
        FaultMap map = FaultMap.TryCreate(mappings, view.Source.PageCount, out string? fault)
            ?? throw new IOException($"The monitor handed over {fault}.");
        return received.Count == 1
            ? new HandOff(Userfaultfd.Adopt(received[0]), map, isShared)
            : throw new IOException($"The monitor sent {received.Count} descriptors with its mappings, not one.");
    }
}
