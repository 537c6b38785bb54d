using Thaw.Worker.Tests.Crashes;
using Xunit.Runner.InProc.SystemConsole;

namespace Thaw.Worker.Tests;

/// <summary>Runs the tests, or as one of their own child processes a worker that is to be killed.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) =>
        arguments is [CrashChild.Argument, ..] ? CrashChild.RunAsync(arguments) : ConsoleRunner.Run(arguments);
}
