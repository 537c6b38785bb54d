using System.Text;
using System.Text.RegularExpressions;
using Thaw.Monitor.Logging;

namespace Thaw.Monitor.Tests.Logging;

public sealed partial class MonitorLogTests
{
    [Fact]
    public void Write_WithLevel_HasTheFormOfExistingTools()
    {
        using MemoryStream text = new();
        using MonitorLog log = new("vm-1", text, TimeProvider.System);
        log.Configure(path: null, LogLevel.Info, showLevel: true, showOrigin: null);

        log.Warn("one\ntwo");

        Assert.Matches(WarnLine(), Encoding.UTF8.GetString(text.ToArray()));
    }

    [Fact]
    public void Write_BelowTheLevel_IsLeftOut()
    {
        using MemoryStream text = new();
        using MonitorLog log = new("vm-1", text, TimeProvider.System);
        log.Configure(path: null, LogLevel.Error, showLevel: null, showOrigin: null);

        log.Warn("quiet");

        Assert.Equal(0, text.Length);
    }

    [Fact]
    public void Write_TargetThatFails_IsCounted()
    {
        using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        using MonitorLog log = new("vm-1", full, TimeProvider.System);

        log.Info("lost");

        Assert.Equal(1, log.MissedLines);
    }

    [Fact]
    public void Configure_ExistingFile_IsAppendedTo()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "before\n");
        using (MonitorLog log = new("vm-1", Stream.Null, TimeProvider.System))
        {
            log.Configure(path, level: null, showLevel: null, showOrigin: null);
            log.Info("after");
        }

        string[] lines = File.ReadAllLines(path);
        File.Delete(path);
        Assert.Equal("before", lines[0]);
        Assert.EndsWith("after", lines[1], StringComparison.Ordinal);
    }

    // The thread's name stands between id and level.
    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9} \[vm-1:[^:]+:WARN\] one two\n$")]
    private static partial Regex WarnLine();
}
