using Thaw.Pager.Sources;
using Thaw.Pager.WorkingSets;

namespace Thaw.Pager.Control;

/// <summary>Memory that was found, and where its working set is kept.</summary>
/// <param name="Source">The memory.</param>
/// <param name="WorkingSets">Where its working set is kept.</param>
internal sealed record OpenedSource(IPageSource Source, IWorkingSetStore WorkingSets);
