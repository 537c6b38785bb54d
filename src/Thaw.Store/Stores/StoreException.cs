namespace Thaw.Store;

/// <summary>A store could not do what was asked. That an object is not there is an answer, not this.</summary>
public sealed class StoreException : IOException
{
    /// <summary>Creates the exception.</summary>
    public StoreException(StoreFault fault, string message, StoreName? name = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        Name = name;
    }

    /// <summary>Why.</summary>
    public StoreFault Fault { get; }

    /// <summary>Which object it was about, if it was about one.</summary>
    public StoreName? Name { get; }

    /// <summary>Whether the same request may succeed a little later.</summary>
    public bool IsTransient => Fault is StoreFault.Unavailable or StoreFault.Throttled or StoreFault.TimedOut;
}
