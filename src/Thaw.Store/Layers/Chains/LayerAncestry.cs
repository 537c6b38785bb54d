namespace Thaw.Store;

/// <summary>How layers may lie over one another.</summary>
internal static class LayerAncestry
{
    /// <summary>Refuses a chain that would loop or grow too long with <paramref name="next"/>.</summary>
    /// <exception cref="LayerException">It would.</exception>
    internal static void RequireRoom(LayerId leaf, LayerId next, IEnumerable<LayerId> chain)
    {
        int count = 0;
        foreach (LayerId id in chain)
        {
            count++;
            if (id == next)
            {
                throw new LayerException(LayerFault.Loop, next, $"is its own ancestor in the chain of layer {leaf}");
            }
        }
        if (count == StoreLimits.ChainLengthMax)
        {
            throw new LayerException(
                LayerFault.TooLong, leaf, $"has more than {StoreLimits.ChainLengthMax} layers to its root");
        }
    }

    /// <summary>Refuses a parent that is another account's or of a later kind than its child.</summary>
    /// <exception cref="LayerException">It is.</exception>
    internal static void RequireFit(LayerHeader child, LayerHeader parent)
    {
        bool isOwn = parent.Keyspace.IsService || parent.Keyspace == child.Keyspace;
        if (!isOwn || parent.Kind > child.Kind)
        {
            throw new LayerException(
                LayerFault.WrongParent,
                child.Id,
                $"({child.Kind} of {child.Keyspace}) may not lie over layer {parent.Id} ({parent.Kind} of "
                + $"{parent.Keyspace})");
        }
    }
}
