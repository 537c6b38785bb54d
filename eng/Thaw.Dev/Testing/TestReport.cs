using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Thaw.Dev.Testing;

/// <summary>How a test project's tests went.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed, and whatever else went wrong.</param>
/// <param name="Skipped">Tests that were not run.</param>
/// <param name="Failures">What went wrong, one text each.</param>
internal sealed record TestReport(int Passed, int Failed, int Skipped, IReadOnlyList<string> Failures)
{
    private const int OutputTailLines = 40;

    /// <summary>Reads the runner's XML report; a missing one, or one without tests, counts as a failure.</summary>
    public static TestReport Read(string project, string path, int exitCode, IReadOnlyList<string> output)
    {
        TestReport report;
        try
        {
            report = Parse(XDocument.Load(path));
        }
        catch (Exception e) when (e is IOException or XmlException)
        {
            return Broken($"{project} crashed with code {exitCode} and left no report.", output);
        }

        if (report.Passed + report.Failed + report.Skipped == 0)
        {
            return Broken($"{project} ran no test (code {exitCode}).", output);
        }

        return exitCode == 0 || report.Failed > 0
            ? report
            : report with
            {
                Failed = 1,
                Failures = Broken($"{project} ended with code {exitCode} though no test failed.", output).Failures,
            };
    }

    /// <summary>A project that could not be run properly.</summary>
    public static TestReport Broken(string why, IReadOnlyList<string> output) =>
        new(0, 1, 0, [$"{why}\n{string.Join('\n', output.TakeLast(OutputTailLines))}"]);

    private static TestReport Parse(XDocument document)
    {
        var failures = new List<string>();
        int passed = 0, failed = 0, skipped = 0;
        foreach (XElement assembly in document.Descendants("assembly"))
        {
            passed += Count(assembly, "passed");
            // Tests that are marked explicit ("not-run") are run by other tests, or by hand.
            skipped += Count(assembly, "skipped");
            failed += Count(assembly, "failed") + Count(assembly, "errors");
            foreach (XElement failure in assembly.Descendants("failure"))
            {
                string name = failure.Parent?.Attribute("name")?.Value ?? "(outside of a test)";
                failures.Add($"{name}\n{failure.Element("message")?.Value}\n{failure.Element("stack-trace")?.Value}");
            }
        }

        return new TestReport(passed, failed, skipped, failures);
    }

    private static int Count(XElement assembly, string name) =>
        int.TryParse(assembly.Attribute(name)?.Value, CultureInfo.InvariantCulture, out int count) ? count : 0;
}
