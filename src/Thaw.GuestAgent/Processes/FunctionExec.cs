using System.Text;
using Thaw.Linux;

namespace Thaw.GuestAgent.Processes;

/// <summary>
/// The way of <c>thaw-init launch SPEC</c>, from a child of the agent to the function: group, namespaces, root, limits,
/// user, program. Descriptor 3 tells the agent why it did not get there; on success it closes at exec.
/// </summary>
internal static class FunctionExec
{
    /// <summary>The first argument that makes <c>thaw-init</c> do this.</summary>
    internal const string Verb = "launch";

    /// <summary>The exit code of a launch that failed.</summary>
    internal const int FailedExitCode = 125;

    private const int ReportFd = 3;
    private const uint Umask = 0x12; // 022

    /// <summary>Becomes the function; returns only when that failed.</summary>
    internal static int Run(string specPath)
    {
        using SafeFd report = OwnProcess.Inherited(ReportFd);
        try
        {
            Become(LaunchSpec.Decode(File.ReadAllBytes(specPath)));
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            _ = report.TryWrite(Encoding.UTF8.GetBytes(error.Message), out _);
        }
        return FailedExitCode;
    }

    private static void Become(LaunchSpec spec)
    {
        if (spec.CgroupDirectory.Length > 0)
        {
            ControlFile.Write($"{spec.CgroupDirectory}/cgroup.procs", "0");
        }
        OwnProcess.StartSession();
        OwnProcess.SetUmask(Umask);
        if (spec.UserId != 0)
        {
            OwnProcess.Unshare(Namespaces.Mount | Namespaces.Ipc);
            OwnProcess.ChangeRoot(spec.Root);
            OwnProcess.Limit(AgentLimits.FunctionOpenFilesMax, AgentLimits.FunctionProcessesMax);
            OwnProcess.BecomeUser(spec.UserId, spec.UserId);
            OwnProcess.RefuseNewPrivileges();
        }
        OwnProcess.ChangeDirectory(spec.Directory);
        OwnProcess.CloseOnExecute(ReportFd);
        OwnProcess.ResetSignals();
        OwnProcess.Execute(spec.Arguments[0], spec.Arguments, spec.Environment);
    }
}
