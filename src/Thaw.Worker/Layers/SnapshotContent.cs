using Thaw.Store;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Layers;

/// <summary>All that a snapshot holds, wherever it is: in files of this machine, or in layers of the store.</summary>
internal sealed class SnapshotContent : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _open;

    private SnapshotContent(
        SnapshotPart memory, SnapshotPart state, SnapshotPart code, IReadOnlyList<IDisposable> open)
    {
        (Memory, State, Code) = (memory, state, code);
        _open = open;
    }

    /// <summary>The guest's memory.</summary>
    internal SnapshotPart Memory { get; }

    /// <summary>vCPUs and devices.</summary>
    internal SnapshotPart State { get; }

    /// <summary>The drive with the deployment package.</summary>
    internal SnapshotPart Code { get; }

    /// <summary>Opens files.</summary>
    /// <exception cref="IOException">One can't be opened.</exception>
    internal static SnapshotContent Of(SnapshotPaths files)
    {
        List<IDisposable> open = [];
        return new SnapshotContent(Open(files.Memory), Open(files.State), Open(files.Code), open);

        SnapshotPart Open(string path)
        {
            FilePageReader reader = new(path);
            open.Add(reader);
            return new SnapshotPart(Path.GetFileName(path), reader, reader.LengthBytes);
        }
    }

    /// <summary>Takes layers, which end with it.</summary>
    /// <exception cref="LayerException">They are no snapshot's.</exception>
    internal static SnapshotContent Of(StoredLayers layers)
    {
        return new SnapshotContent(
            Open(SnapshotPaths.MemoryName, LayerSpace.Memory), Open(SnapshotPaths.StateName, LayerSpaces.State),
            Open(SnapshotPaths.CodeName, LayerSpaces.Code), [layers]);

        SnapshotPart Open(string name, string space)
        {
            IPageReader reader = layers.Open(space, out long lengthBytes);
            return new SnapshotPart(name, reader, lengthBytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in _open)
        {
            part.Dispose();
        }
    }
}
