using Thaw.Pager.Sources;
using Thaw.Pager.WorkingSets;
using Thaw.Protocol;

namespace Thaw.Pager.Control;

/// <summary>Opens plain memory files.</summary>
/// <param name="workingSetFolder">Where working sets are kept.</param>
internal sealed class FileOpener(string workingSetFolder) : ISourceOpener
{
    public string? KeyOf(PagerRequest request) =>
        request.File is { } path ? $"file:{Path.GetFullPath(path)}" : null;

    public ValueTask<OpenedSource> OpenAsync(PagerRequest request, CancellationToken cancellationToken)
    {
        FilePageSource source = new(request.File ?? throw new ArgumentNullException(nameof(request)));
        return ValueTask.FromResult(
            new OpenedSource(source, new FileWorkingSetStore(workingSetFolder, source.Layers[0])));
    }
}
