namespace Thaw.Pager.CommandLine;

/// <summary>The command line cannot be understood.</summary>
internal sealed class PagerArgumentException(string message) : Exception(message);
