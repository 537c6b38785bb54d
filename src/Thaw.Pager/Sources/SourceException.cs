namespace Thaw.Pager.Sources;

/// <summary>A source does not give its pages.</summary>
internal sealed class SourceException : IOException
{
    internal SourceException(string message, bool isTransient, Exception? inner = null)
        : base(message, inner) => IsTransient = isTransient;

    /// <summary>Whether it may give them later: a store that is away, not one whose chunk is damaged.</summary>
    internal bool IsTransient { get; }
}
