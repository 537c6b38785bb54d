namespace Thaw.Store;

/// <summary>An export file is refused. Nothing of it is live.</summary>
public sealed class ExportException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ExportException(ExportFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    /// <summary>Why.</summary>
    public ExportFault Fault { get; }
}
