using System.CommandLine;
using Thaw.Dev;
using Thaw.Dev.Commands;
using Thaw.Images;

var root = new RootCommand("Builds, runs and tests Thaw. Progress goes to standard error, results to standard output.")
{
    SetupCommand.Create(),
    BuildCommand.Create(),
    PublishCommand.Create(),
    ImagesCommand.Create(),
    LabCommand.Create(),
    ServeCommand.Create(),
    DemoCommand.Create(),
    TestCommand.Create(),
    BenchCommand.Create(),
    CheckCommand.Create(),
};

try
{
    InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false };
    return await root.Parse(LabCommand.Escape(args)).InvokeAsync(configuration);
}
catch (Exception e) when (e is DevException or ImageException)
{
    StepLog.Fail(e.Message);
    return 1;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
{
    StepLog.Fail($"{e.GetType().Name}: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    StepLog.Fail("Interrupted.");
    return 130;
}
