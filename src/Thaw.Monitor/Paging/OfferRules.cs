using Thaw.Core;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.Monitor.Paging;

/// <summary>What a pager's offer must be like before anything is mapped by it.</summary>
internal static class OfferRules
{
    /// <summary>Refuses an offer whose segments do not fit guest memory or the images.</summary>
    /// <exception cref="IOException">They do not.</exception>
    internal static void Require(SharedMemoryOffer offer, ulong memoryBytes, IReadOnlyList<SafeFd> images)
    {
        if (offer.Segments.Count > PagerProtocol.SegmentsMax || images.Count > PagerProtocol.ImagesMax
            || images.Count != offer.Images.Count)
        {
            throw new IOException(
                $"The pager offers {offer.Segments.Count} segments over {offer.Images.Count} images and sent "
                + $"{images.Count}.");
        }

        ulong end = 0;
        foreach (MemorySegment segment in offer.Segments)
        {
            bool isAligned = IsAligned(segment.Offset) && IsAligned(segment.Length) && IsAligned(segment.ImageOffset);
            bool isInMemory = segment.Length > 0 && segment.Offset >= end && segment.Offset <= memoryBytes
                && segment.Length <= memoryBytes - segment.Offset;
            if (!isAligned || !isInMemory || !IsInImage(segment, images))
            {
                throw new IOException(
                    $"The pager offers a segment of {segment.Length} bytes at {segment.Offset} in image "
                    + $"{segment.Image} at {segment.ImageOffset}, which does not fit.");
            }

            end = segment.End;
        }
    }

    /// <summary>What an offer says of pages to map ahead.</summary>
    /// <exception cref="IOException">They are not pages of this memory.</exception>
    internal static IReadOnlyList<PopulateRange> PopulateOf(SharedMemoryOffer offer, ulong memoryBytes) =>
        PopulateList.Decode(offer.Populate, memoryBytes / PageSize.Bytes)
        ?? throw new IOException("The pager has pages mapped ahead that are not of this memory.");

    private static bool IsAligned(ulong value) => PageSize.IsAligned(value, PageSize.Bytes);

    private static bool IsInImage(MemorySegment segment, IReadOnlyList<SafeFd> images)
    {
        if (segment.Image < 0 || segment.Image >= images.Count)
        {
            return false;
        }

        ulong length = (ulong)images[segment.Image].Length();
        return segment.ImageOffset <= length && segment.Length <= length - segment.ImageOffset;
    }
}
