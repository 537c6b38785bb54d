namespace Thaw.Monitor.CommandLine;

/// <summary>How the process ends, as Firecracker's does.</summary>
internal static class ExitCodes
{
    internal const int Ok = 0;
    internal const int GenericError = 1;
    internal const int BadConfiguration = 152;
    internal const int ArgumentParsing = 153;
}
