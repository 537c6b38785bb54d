namespace Thaw.Images.Tools;

/// <summary>One run of a program of the host.</summary>
/// <param name="Program">Its name, looked up in PATH.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ToolCall(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Where it runs; the caller's directory when null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables added to its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What it reads on standard input.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>Called for each line on its standard error.</summary>
    public Action<string>? OnErrorLine { get; init; }
}
