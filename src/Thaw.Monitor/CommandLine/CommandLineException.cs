namespace Thaw.Monitor.CommandLine;

/// <summary>The command line is not one.</summary>
internal sealed class CommandLineException : Exception
{
    internal CommandLineException(string message)
        : base(message)
    {
    }
}
