namespace Thaw.Protocol;

/// <summary>Bounds on what worker and agent send each other; checked before anything is allocated or parsed.</summary>
public static class ProtocolLimits
{
    /// <summary>The version of the messages that this assembly speaks; both sides must speak the same one.</summary>
    public const int Version = 2;

    /// <summary>The largest value of a frame's length field: everything after that field, in bytes.</summary>
    public const int FrameSizeBytesMax = 7 * 1024 * 1024;

    /// <summary>The largest JSON header of a frame, in bytes.</summary>
    public const int HeaderSizeBytesMax = 256 * 1024;

    /// <summary>How deep a header's JSON may nest.</summary>
    public const int HeaderDepthMax = 8;

    /// <summary>The largest event or response of an invocation, in bytes, as on Lambda.</summary>
    public const int PayloadSizeBytesMax = 6 * 1024 * 1024;

    /// <summary>The most bytes of output that one <see cref="LogOutput"/> frame carries.</summary>
    public const int LogSizeBytesMax = 64 * 1024;

    /// <summary>The least entropy that a <see cref="Restore"/> may bring, in bytes.</summary>
    public const int EntropySizeBytesMin = 32;

    /// <summary>The most entropy that a <see cref="Restore"/> may bring, in bytes.</summary>
    public const int EntropySizeBytesMax = 256;

    /// <summary>The longest error message sent in a header, in UTF-16 code units; longer ones are cut.</summary>
    public const int ErrorMessageLengthMax = 8 * 1024;

    /// <summary>The most stack trace lines sent in a header; further ones are dropped.</summary>
    public const int StackTraceLinesMax = 64;

    /// <summary>The longest stack trace line sent in a header, in UTF-16 code units; longer ones are cut.</summary>
    public const int StackTraceLineLengthMax = 512;

    /// <summary>The most mappings that a <see cref="Located"/> names.</summary>
    public const int MappedRegionsMax = 4096;

    /// <summary>The most runs of pages that a <see cref="Located"/> names.</summary>
    public const int MappedRunsMax = 256 * 1024;

    /// <summary>The longest name of a process in a <see cref="Located"/>; longer ones are cut.</summary>
    public const int ProgramNameLengthMax = 63;

    /// <summary>The longest name of a mapping in a <see cref="Located"/>; longer ones are cut.</summary>
    public const int RegionNameLengthMax = 255;

    /// <summary>The vsock port on which the agent listens.</summary>
    public const int AgentPort = 5000;

    /// <summary>The vsock port of the host to which the agent says hello.</summary>
    public const int HelloPort = 5001;
}
