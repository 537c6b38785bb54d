namespace Thaw.Cli;

/// <summary>How <c>thaw</c> ends.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    internal const int Ok = 0;

    /// <summary>What was asked for could not be done.</summary>
    internal const int Failure = 1;

    /// <summary>The command line can't be understood.</summary>
    internal const int Usage = 2;

    /// <summary>The function ran and failed.</summary>
    internal const int FunctionError = 3;

    /// <summary>A check was made and found what should not be.</summary>
    internal const int CheckFound = 4;
}
