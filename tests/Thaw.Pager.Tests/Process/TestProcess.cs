using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Thaw.Pager.Tests.Fixtures;

namespace Thaw.Pager.Tests.Process;

/// <summary>One of the project's programs as a process of its own, from this test's output folder.</summary>
internal sealed class TestProcess : IDisposable
{
    private readonly System.Diagnostics.Process _process;
    private readonly StringBuilder _output = new();

    private TestProcess(System.Diagnostics.Process process)
    {
        _process = process;
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal int Id => _process.Id;

    internal int ExitCode => _process.ExitCode;

    /// <summary>What it wrote, to both outputs.</summary>
    internal string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    internal static TestProcess Start(string program, params IEnumerable<string> arguments)
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, $"{program}.dll");
        ProcessStartInfo start = new("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new TestProcess(System.Diagnostics.Process.Start(start)!);
    }

    /// <summary>Waits until something listens on a socket.</summary>
    internal async Task WaitForSocketAsync(string path)
    {
        using CancellationTokenSource limit = new(RunningPager.Patience);
        while (true)
        {
            using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await probe.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
                return;
            }
            catch (SocketException)
            {
                Assert.False(_process.HasExited, $"It ended: {Output}");
                Assert.False(limit.IsCancellationRequested, $"Nobody listens at {path}: {Output}");
                await Task.Yield();
            }
        }
    }

    internal async Task WaitForExitAsync()
    {
        using CancellationTokenSource limit = new(RunningPager.Patience);
        await _process.WaitForExitAsync(limit.Token);
    }

    /// <summary>SIGKILL.</summary>
    internal void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
