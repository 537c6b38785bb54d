using System.Collections.Concurrent;
using System.Diagnostics;
using Thaw.Dev.Hosts;
using Thaw.Dev.Lab;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Testing;

/// <summary>Runs test projects one after the other and adds up.</summary>
internal static class TestRun
{
    /// <summary>The most emulated hosts that may die under one project's tests.</summary>
    private const int HostsMax = 3;

    private static readonly TimeSpan s_projectMax = TimeSpan.FromMinutes(65);

    /// <summary>Runs the projects, which are built already, and prints the total as the last line.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<TestProject> projects, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        int passed = 0, failed = 0, skipped = 0;
        foreach (TestProject project in projects)
        {
            TestReport report = await RunProjectAsync(project, options, cancellationToken);
            foreach (string failure in report.Failures)
            {
                Console.WriteLine($"FAILED {failure.TrimEnd()}\n");
            }

            passed += report.Passed;
            failed += report.Failed;
            skipped += report.Skipped;
        }

        if (passed + failed + skipped == 0)
        {
            Console.WriteLine("FAILED No test ran.");
            failed = 1;
        }

        Console.WriteLine($"{passed} passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : "")}");
        return failed == 0 ? 0 : 1;
    }

    private static async Task<TestReport> RunProjectAsync(
        TestProject project, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        TestReport report = await TryProjectAsync(project, options, cancellationToken);
        for (int run = 1; run < HostsMax && report.Failed > 0 && project.Stage == TestStage.WholeSystem; run++)
        {
            if (LabHost.Death() is not { } death)
            {
                break;
            }

            StepLog.Say(
                $"RETRY {run}: the emulated host itself died, not what was tested in it: {death}\n"
                + $"  Testing {project.Name} once more, in a fresh one");
            report = await TryProjectAsync(project, options, cancellationToken);
        }

        StepLog.Tell(report.Failed == 0, Summary(project, report, start));
        return report;
    }

    private static async Task<TestReport> TryProjectAsync(
        TestProject project, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyDictionary<string, string> environment = await PrepareAsync(project, cancellationToken);
            return await StepLog.RunAsync(
                $"Testing {project.Name}",
                say => RunProgramAsync(project, options, environment, say, cancellationToken),
                quietEnd: true);
        }
        catch (Exception e) when (e is DevException or ImageException)
        {
            return TestReport.Broken($"{project.Name} could not be run: {e.Message}", []);
        }
    }

    private static string Summary(TestProject project, TestReport report, long start)
    {
        string skipped = report.Skipped > 0 ? $", {report.Skipped} skipped" : "";
        return $"{project.Name}: {report.Passed} passed, {report.Failed} failed{skipped} " +
            $"in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s";
    }

    private static async Task<TestReport> RunProgramAsync(
        TestProject project,
        IReadOnlyList<string> options,
        IReadOnlyDictionary<string, string> environment,
        Action<string> say,
        CancellationToken cancellationToken)
    {
        string results = Path.Combine(Workspace.Artifacts, "test-results");
        Directory.CreateDirectory(results);
        string xml = Path.Combine(results, project.Name + ".xml");
        File.Delete(xml);
        if (!File.Exists(project.Program))
        {
            return TestReport.Broken($"{project.Name} was not built: there is no {project.Program}.", []);
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_projectMax);
        var seen = new ConcurrentQueue<string>();
        string[] arguments = ["-noColor", "-noLogo", "-xml", xml, "-longRunning", "60", .. options];
        try
        {
            (int code, List<string> output) = await ChildProcess.CaptureAsync(
                project.Program, arguments,
                line =>
                {
                    seen.Enqueue(line);
                    SayFailure(line, say);
                },
                bound.Token, environment);
            await File.WriteAllLinesAsync(
                Path.Combine(results, project.Name + ".log"), output, cancellationToken);
            return TestReport.Read(project.Name, xml, code, output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TestReport.Broken(
                $"{project.Name} was ended: it had not finished after {s_projectMax.TotalMinutes:0} minutes.",
                [.. seen]);
        }
    }

    private static void SayFailure(string line, Action<string> say)
    {
        if (line.EndsWith("[FAIL]", StringComparison.Ordinal)
            || line.Contains("[Long Running", StringComparison.Ordinal))
        {
            say(line.Trim());
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        TestProject project, CancellationToken cancellationToken) => project switch
        {
            { Stage: TestStage.WholeSystem } => await PrepareWholeSystemAsync(cancellationToken),
            { Name: "Thaw.Store.S3.Tests" or "Thaw.Pager.Tests" } => new Dictionary<string, string>
            {
                ["THAW_S3_SERVER"] = await S3ServerSteps.InstallAsync(cancellationToken),
            },
            { Name: "Thaw.GuestAgent.Tests" } => await PrepareRuntimesAsync(cancellationToken),
            { Name: "Thaw.Dev.Tests" } => await PrepareBenchmarksAsync(cancellationToken),
            _ => new Dictionary<string, string>(),
        };

    private static async Task<IReadOnlyDictionary<string, string>> PrepareRuntimesAsync(
        CancellationToken cancellationToken)
    {
        await PackageSteps.InstallAsync(cancellationToken, PackageSteps.Runtimes);
        return new Dictionary<string, string>();
    }

    private static async Task<IReadOnlyDictionary<string, string>> PrepareBenchmarksAsync(
        CancellationToken cancellationToken)
    {
        await PackageSteps.InstallAsync(cancellationToken, PackageSteps.Benchmarks);
        return new Dictionary<string, string> { ["THAW_ROOT"] = Workspace.Root };
    }

    /// <summary>
    /// Publishes, builds images and brings the fitting host up; tests find it all in their environment.
    /// </summary>
    private static async Task<IReadOnlyDictionary<string, string>> PrepareWholeSystemAsync(
        CancellationToken cancellationToken)
    {
        await DotnetSteps.PublishAsync(cancellationToken);
        ImageSet set = await ImageSteps.BuildAsync(
            null, refresh: false, cancellationToken, ImageSteps.TestedRuntimes);
        HostChoice choice = await HostChoice.DecideAsync(cancellationToken);
        StepLog.Say($"Host: {choice.Name}. {choice.Reason}");
        RunningService service = await ServiceHost.PrepareAsync(choice, set, cancellationToken);
        // The tests start services of their own at its address.
        await ServiceHost.StopAsync(service, cancellationToken);
        return new Dictionary<string, string>
        {
            ["THAW_ROOT"] = Workspace.Root,
            // Its benchmarks are run as a user runs them.
            ["THAW_DEV"] = Environment.ProcessPath!,
            ["THAW_TEST_RUNTIMES"] = string.Join(' ', ImageSteps.TestedRuntimes),
            ["THAW_PROGRAMS"] = Workspace.Programs,
            ["THAW_IMAGES"] = set.Directory,
            ["THAW_TEST_HOST"] = System.Text.Json.JsonSerializer.Serialize(service, DevJson.Default.RunningService),
        };
    }
}
