namespace Thaw.Dev.Demo;

/// <summary>One clone, after its first answer.</summary>
internal sealed record CloneFigures
{
    /// <summary>The clone's id.</summary>
    public required string CloneId { get; init; }

    /// <summary>The UUID that the function made.</summary>
    public required string Uuid { get; init; }

    /// <summary>The kernel's random bytes that the function read.</summary>
    public required string RandomHex { get; init; }

    /// <summary>How far the function's clock was outside the time between request and answer; 0 is right.</summary>
    public required double WallClockErrorMs { get; init; }

    /// <summary>From the request to the agent being ready.</summary>
    public required double RestoreMs { get; init; }

    /// <summary>From the request to the function's answer.</summary>
    public required double AnswerMs { get; init; }

    /// <summary>CPU time of the clone.</summary>
    public required double CpuMs { get; init; }

    /// <summary>Memory that only this clone uses.</summary>
    public required long PrivateBytes { get; init; }

    /// <summary>Whether it ran beside others.</summary>
    public required bool Concurrent { get; init; }
}
