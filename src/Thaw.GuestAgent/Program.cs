using Thaw.GuestAgent;
using Thaw.GuestAgent.Processes;
using Thaw.Linux;

if (args is [FunctionExec.Verb, string specPath])
{
    return FunctionExec.Run(specPath);
}
if (ChildProcess.OwnPid != 1)
{
    _ = OwnProcess.StandardError.TryWrite("thaw-init is PID 1 of a microVM; it does nothing elsewhere.\n"u8, out _);
    return 2;
}
InitProcess.Run();
return 0;
