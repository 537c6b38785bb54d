using System.Text;
using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.Logs;
using Thaw.Linux;

namespace Thaw.GuestAgent.Processes;

/// <summary>Starts the function as a child of the agent, by way of <see cref="FunctionExec"/>.</summary>
/// <param name="options">Where and as whom.</param>
/// <param name="log">Takes the function's output.</param>
/// <param name="start">Starts a child and tells of its end.</param>
internal sealed class FunctionLauncher(
    LauncherOptions options, LogPump log, Action<SpawnOptions, Action<ExitStatus>> start) : IFunctionLauncher
{
    private const int ReportBytesMax = 4096;

    /// <inheritdoc/>
    public void Start(FunctionStart function, Action<string> onExit)
    {
        LaunchSpec spec = new()
        {
            Root = options.Root,
            CgroupDirectory = options.CgroupDirectory,
            UserId = options.UserId,
            Directory = function.Directory,
            Arguments = function.Arguments,
            Environment = function.Environment,
        };
        File.WriteAllBytes(options.SpecPath, spec.Encode());
        (SafeFd outRead, SafeFd outWrite) = Pipe.Create(nonBlockingRead: true);
        (SafeFd errorRead, SafeFd errorWrite) = Pipe.Create(nonBlockingRead: true);
        (SafeFd reportRead, SafeFd reportWrite) = Pipe.Create(nonBlockingRead: false);
        using (outWrite)
        using (errorWrite)
        using (reportRead)
        {
            log.Attach(outRead, errorRead);
            using (reportWrite)
            {
                SpawnOptions child = new()
                {
                    Path = options.OwnProgram[0],
                    Arguments = [.. options.OwnProgram, FunctionExec.Verb, options.SpecPath],
                    Output = outWrite,
                    Error = errorWrite,
                    Extra = reportWrite,
                };
                start(child, status => onExit(ExitText.Of(status)));
            }
            string report = ReadReport(reportRead);
            if (report.Length > 0)
            {
                throw new LaunchException($"The runtime could not be started: {report}");
            }
        }
    }

    /// <summary>Waits until the child has become the function, or says why not.</summary>
    private static string ReadReport(SafeFd pipe)
    {
        Span<byte> buffer = stackalloc byte[ReportBytesMax];
        int total = 0;
        while (total < buffer.Length)
        {
            Errno errno = pipe.TryRead(buffer[total..], out int count);
            if (errno != Errno.EINTR && count == 0)
            {
                break;
            }
            total += count;
        }
        return Encoding.UTF8.GetString(buffer[..total]);
    }
}
