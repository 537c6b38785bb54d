using Thaw.Pager.Control;
using Thaw.Pager.Sources;
using Thaw.Pager.WorkingSets;
using Thaw.Protocol;
using Thaw.Store;

namespace Thaw.Pager.Tests.Fixtures;

/// <summary>Opens memory that a test put under a name; keeps working sets in memory.</summary>
internal sealed class TestOpener : ISourceOpener
{
    private readonly Dictionary<string, TestSource> _sources = [];
    private readonly Dictionary<string, KeptWorkingSet> _workingSets = [];

    /// <summary>Gives memory a name to open it by; opening it once is all.</summary>
    internal TestSource Add(string name, LayeredMemory memory)
    {
        TestSource source = memory.Open();
        _sources[name] = source;
        return source;
    }

    internal KeptWorkingSet WorkingSetOf(string name)
    {
        if (!_workingSets.TryGetValue(name, out KeptWorkingSet? kept))
        {
            kept = new KeptWorkingSet();
            _workingSets.Add(name, kept);
        }
        return kept;
    }

    public string? KeyOf(PagerRequest request) => request.Layer;

    /// <summary>Called before a layer is opened; may wait or throw.</summary>
    internal Func<string, Task> BeforeOpen { get; set; } = _ => Task.CompletedTask;

    public async ValueTask<OpenedSource> OpenAsync(PagerRequest request, CancellationToken cancellationToken)
    {
        await BeforeOpen(request.Layer!).ConfigureAwait(false);
        return _sources.TryGetValue(request.Layer!, out TestSource? source)
            ? new OpenedSource(source, WorkingSetOf(request.Layer!))
            : throw new SourceException($"There is no layer {request.Layer}.", isTransient: false);
    }

    /// <summary>A working set in memory.</summary>
    internal sealed class KeptWorkingSet : IWorkingSetStore
    {
        internal IReadOnlyList<PageSpan> Spans { get; set; } = [];

        public bool KeepsPages => false;

        public ValueTask<WorkingSetPages?> OpenPagesAsync(CancellationToken cancellationToken) =>
            new((WorkingSetPages?)null);

        public ValueTask SavePagesAsync(
            IReadOnlyList<uint> pages, PageCopy read, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;

        public ValueTask<IReadOnlyList<PageSpan>> LoadAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(Spans);

        public ValueTask SaveAsync(IReadOnlyList<PageSpan> spans, CancellationToken cancellationToken)
        {
            Spans = spans;
            return ValueTask.CompletedTask;
        }
    }
}
