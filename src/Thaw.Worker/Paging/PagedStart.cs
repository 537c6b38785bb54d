namespace Thaw.Worker.Paging;

/// <summary>A clone whose memory a pager brings.</summary>
/// <param name="Session">The pager.</param>
/// <param name="Name">What that calls it.</param>
/// <param name="Socket">Where the monitor gets its memory.</param>
internal sealed record PagedStart(PagerSession Session, string Name, string Socket);
