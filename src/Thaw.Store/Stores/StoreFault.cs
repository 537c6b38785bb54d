namespace Thaw.Store;

/// <summary>Why a store could not do what was asked.</summary>
public enum StoreFault
{
    /// <summary>Cannot be reached, or failed on its side; may pass.</summary>
    Unavailable,

    /// <summary>Asks to be left alone for a while; may pass.</summary>
    Throttled,

    /// <summary>Did not answer in time; may pass.</summary>
    TimedOut,

    /// <summary>Has no room left.</summary>
    OutOfSpace,

    /// <summary>Refuses these credentials or permissions.</summary>
    AccessDenied,

    /// <summary>Is not there at all: no such directory or bucket, or an address that makes no sense.</summary>
    Misconfigured,

    /// <summary>Has an object that is larger than any that Thaw writes.</summary>
    TooLarge,

    /// <summary>Has an object that is damaged or not what its name says.</summary>
    Damaged,

    /// <summary>Is in use by a publication or sweep that did not end in time.</summary>
    Busy,

    /// <summary>This publication or sweep was taken for dead and may not go on.</summary>
    LeaseLost,
}
