namespace Thaw.Images;

/// <summary>A guest image could not be built, or is missing or damaged. The message says what and why.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ImageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public ImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
