using Thaw.Pager.Fetching;

namespace Thaw.Pager.Control;

/// <summary>How a pager works.</summary>
/// <param name="RunFolder">Where monitors' sockets are made.</param>
/// <param name="Fetch">How long sources may keep clones waiting.</param>
internal sealed record PagerServiceOptions(string RunFolder, FetchOptions Fetch);
