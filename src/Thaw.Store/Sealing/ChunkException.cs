namespace Thaw.Store;

/// <summary>A chunk is missing or not what its name says. None of its content was given out.</summary>
public sealed class ChunkException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ChunkException(ChunkFault fault, ChunkId id, string what, Exception? innerException = null)
        : base($"Chunk {id} {what}.", innerException)
    {
        Fault = fault;
        Id = id;
    }

    /// <summary>Why.</summary>
    public ChunkFault Fault { get; }

    /// <summary>Which chunk was asked for.</summary>
    public ChunkId Id { get; }
}
