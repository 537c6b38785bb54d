using System.Text.RegularExpressions;
using Thaw.Images.Tools;
using Thaw.Sysgenid.Tests.Building;

namespace Thaw.Sysgenid.Tests;

/// <summary>The Python module <c>thaw_secret</c>: each test of its program, run by the host's Python.</summary>
public sealed partial class SecretBufferTests : IClassFixture<SecretBufferTests.PythonRun>
{
    private static readonly string s_directory = Path.Combine(AppContext.BaseDirectory, "Python");
    private static readonly string s_program = Path.Combine(s_directory, "test_thaw_secret.py");
    private readonly PythonRun _run;

    public SecretBufferTests(PythonRun run)
    {
        _run = run;
    }

    /// <summary>The names, read from the program.</summary>
    public static TheoryData<string> Names =>
        [.. Method().Matches(File.ReadAllText(s_program)).Select(m => m.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Python(string test) =>
        Assert.True(Regex.IsMatch(_run.Output, $@"^{test} \(.*\.\.\. ok$", RegexOptions.Multiline), _run.Output);

    [GeneratedRegex(@"^    def (test_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Method();

    /// <summary>One run of the program.</summary>
    public sealed class PythonRun : IAsyncLifetime
    {
        /// <summary>What it wrote.</summary>
        public string Output { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            RequiredTool.Check("python3", "python3");
            var lines = new List<string>();
            var call = new ToolCall("python3", "-B", "-W", "error", s_program, s_directory) { OnErrorLine = lines.Add };
            try
            {
                await HostTool.RunAsync(call, TestContext.Current.CancellationToken);
            }
            catch (Images.ImageException e)
            {
                lines.Add(e.Message);
            }

            Output = string.Join('\n', lines);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
