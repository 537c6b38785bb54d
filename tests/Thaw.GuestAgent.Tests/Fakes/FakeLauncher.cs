using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Functions;

namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeLauncher : IFunctionLauncher
{
    private Action<string>? _onExit;

    internal FunctionStart? Started { get; private set; }

    internal Exception? Failure { get; set; }

    public void Start(FunctionStart start, Action<string> onExit)
    {
        if (Failure is not null)
        {
            throw Failure;
        }
        Started = start;
        _onExit = onExit;
    }

    internal void Exit(string how = "Runtime exited with error: exit status 3") => _onExit!(how);
}
