namespace Thaw.Cli;

/// <summary>A command ends with a message for whoever typed it.</summary>
internal sealed class CliException(string message, int exitCode = ExitCodes.Failure, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What the process ends with.</summary>
    internal int ExitCode { get; } = exitCode;
}
