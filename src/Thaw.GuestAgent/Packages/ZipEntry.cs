namespace Thaw.GuestAgent.Packages;

/// <summary>An entry of a zip file's central directory.</summary>
internal sealed record ZipEntry
{
    /// <summary>Stored as it is.</summary>
    internal const ushort Stored = 0;

    /// <summary>Compressed with deflate.</summary>
    internal const ushort Deflated = 8;

    private const int MadeByUnix = 3;
    private const int UnixTypeMask = 0xf000;
    private const int UnixLink = 0xa000;
    private const int UnixFile = 0x8000;
    private const int UnixDirectory = 0x4000;
    private const int UnixPermissions = 0x1ff;

    /// <summary>The path, with '/' between its parts, as it stands in the package.</summary>
    internal required string Name { get; init; }

    /// <summary>How the bytes are stored.</summary>
    internal required ushort Method { get; init; }

    /// <summary>The general purpose flags.</summary>
    internal required ushort Flags { get; init; }

    /// <summary>The checksum of the unpacked bytes.</summary>
    internal required uint Checksum { get; init; }

    /// <summary>The size as stored.</summary>
    internal required long PackedBytes { get; init; }

    /// <summary>The size when unpacked.</summary>
    internal required long UnpackedBytes { get; init; }

    /// <summary>Where the local header is.</summary>
    internal required long HeaderOffset { get; init; }

    /// <summary>The system that made the entry.</summary>
    internal required byte MadeBy { get; init; }

    /// <summary>The system's own attributes.</summary>
    internal required uint Attributes { get; init; }

    /// <summary>Whether the entry is encrypted.</summary>
    internal bool IsEncrypted => (Flags & 0x41) != 0;

    /// <summary>Whether the entry is a directory.</summary>
    internal bool IsDirectory => Name.EndsWith('/') || UnixType == UnixDirectory;

    /// <summary>Whether the entry is a symbolic link: its bytes are the target.</summary>
    internal bool IsLink => UnixType == UnixLink;

    /// <summary>Whether the entry is a device, a pipe or a socket.</summary>
    internal bool IsSpecial => UnixType is not (0 or UnixLink or UnixFile or UnixDirectory);

    /// <summary>The permissions that the entry asks for, or null where it says nothing.</summary>
    internal int? Permissions => UnixMode == 0 ? null : UnixMode & UnixPermissions;

    private int UnixMode => MadeBy == MadeByUnix ? (int)(Attributes >> 16) : 0;

    private int UnixType => UnixMode & UnixTypeMask;
}
