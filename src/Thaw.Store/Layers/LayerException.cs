namespace Thaw.Store;

/// <summary>A layer, or a chain of them, is refused.</summary>
public sealed class LayerException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LayerException(LayerFault fault, LayerId id, string what, Exception? innerException = null)
        : base($"Layer {id} {what}.", innerException)
    {
        Fault = fault;
        Id = id;
    }

    /// <summary>Why.</summary>
    public LayerFault Fault { get; }

    /// <summary>Which layer.</summary>
    public LayerId Id { get; }
}
