using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Host to guest: load this function and run its init code. Answered by <see cref="InitDone"/>.</summary>
public sealed record Configure : AgentMessage
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override FrameKind Kind => FrameKind.Configure;

    /// <summary>The version of the protocol that the host speaks.</summary>
    public required int ProtocolVersion { get; init; }

    /// <summary>The function's name.</summary>
    public required string FunctionName { get; init; }

    /// <summary>The function's version: a number, or "$LATEST".</summary>
    public required string FunctionVersion { get; init; }

    /// <summary>The qualified ARN, as invocations name it.</summary>
    public required string FunctionArn { get; init; }

    /// <summary>The handler, in the runtime's own form ("app.handler").</summary>
    public required string Handler { get; init; }

    /// <summary>The runtime's name ("python3.13", "provided.al2023").</summary>
    public required string Runtime { get; init; }

    /// <summary>How long an invocation may take.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>How long init may take, before-snapshot hooks included.</summary>
    public required int InitTimeoutMs { get; init; }

    /// <summary>The function's memory limit in MiB.</summary>
    public required int MemorySizeMb { get; init; }

    /// <summary>The function's own environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Whether a snapshot will be taken after init: the function then has to wait in /restore/next.</summary>
    public bool SnapStart { get; init; }

    /// <summary>The block device that holds the deployment package.</summary>
    public string CodeDevice { get; set; } = "/dev/vda";

    /// <summary>The deployment package's length, without what pads it to whole sectors.</summary>
    public required long CodeSizeBytes { get; init; }

    /// <summary>The log group to name to the function, if any.</summary>
    public string? LogGroup { get; init; }

    /// <summary>The log stream to name to the function, if any.</summary>
    public string? LogStream { get; init; }

    /// <summary>The region to name to the function.</summary>
    public string Region { get; set; } = "us-east-1";
}
