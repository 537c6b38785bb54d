using Thaw.Pager.Sources;
using Thaw.Protocol;

namespace Thaw.Pager.Control;

/// <summary>Finds the memory that a request names.</summary>
internal interface ISourceOpener
{
    /// <summary>What a request names, so that the same is opened once; null when it is nothing of this kind.</summary>
    string? KeyOf(PagerRequest request);

    /// <summary>Opens it.</summary>
    /// <exception cref="SourceException">There is no such memory, or it is refused.</exception>
    ValueTask<OpenedSource> OpenAsync(PagerRequest request, CancellationToken cancellationToken);
}
