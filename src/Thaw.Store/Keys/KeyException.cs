namespace Thaw.Store;

/// <summary>A key service refused.</summary>
public sealed class KeyException : Exception
{
    /// <summary>Creates the exception.</summary>
    public KeyException(KeyFault fault, Keyspace keyspace, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        Keyspace = keyspace;
    }

    /// <summary>Why.</summary>
    public KeyFault Fault { get; }

    /// <summary>Whose key was asked for; empty when it is about the key file as a whole.</summary>
    public Keyspace Keyspace { get; }
}
