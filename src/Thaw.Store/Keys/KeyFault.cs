namespace Thaw.Store;

/// <summary>Why a key service refused.</summary>
public enum KeyFault
{
    /// <summary>The keyspace's keys were destroyed on purpose.</summary>
    Revoked,

    /// <summary>The service never had this master key, or has lost it.</summary>
    Unknown,

    /// <summary>The wrapped key is damaged, or was wrapped for another keyspace or name.</summary>
    NotAuthentic,

    /// <summary>The key file may be read or written by others.</summary>
    BadPermissions,

    /// <summary>The key file is damaged, of another version or over its bounds.</summary>
    BadFile,

    /// <summary>The key service cannot be reached.</summary>
    Unavailable,
}
