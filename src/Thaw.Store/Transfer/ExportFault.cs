namespace Thaw.Store;

/// <summary>Why an export file was refused.</summary>
public enum ExportFault
{
    /// <summary>It is not an export, or of a version that this build does not read.</summary>
    Unsupported,

    /// <summary>It ends too early, goes on behind its end, or its checksum is wrong.</summary>
    Damaged,

    /// <summary>A field has a value that no writer makes, or is over its bound.</summary>
    Malformed,

    /// <summary>The passphrase is missing or another one.</summary>
    WrongPassphrase,
}
