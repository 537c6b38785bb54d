namespace Thaw.Linux;

/// <summary>How <see cref="SafeFd.Open"/> opens a file; always close-on-exec, new files 0600.</summary>
public enum FileOpen
{
    /// <summary>Reading only.</summary>
    Read,

    /// <summary>Reading and writing an existing file.</summary>
    ReadWrite,

    /// <summary>Writing only.</summary>
    Write,

    /// <summary>A new file; an existing one is an error.</summary>
    CreateNew,

    /// <summary>A new file, or an existing one emptied.</summary>
    CreateOrTruncate,
}
