namespace Thaw.Store;

/// <summary>What a put did.</summary>
public enum PutOutcome
{
    /// <summary>The bytes were written.</summary>
    Written,

    /// <summary>An object of that name was there already and was left.</summary>
    AlreadyThere,
}
