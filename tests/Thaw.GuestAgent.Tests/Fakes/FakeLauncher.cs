using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Functions;

namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeLauncher : IFunctionLauncher
{
    private readonly List<Action<string>> _onExit = [];

    internal FunctionStart? Started { get; private set; }

    /// <summary>How many processes were started.</summary>
    internal int Count => _onExit.Count;

    internal Exception? Failure { get; set; }

    public void Start(FunctionStart start, Action<string> onExit)
    {
        if (Failure is not null)
        {
            throw Failure;
        }
        Started = start;
        _onExit.Add(onExit);
    }

    /// <summary>The end of the last process that was started.</summary>
    internal void Exit(string how = "Runtime exited with error: exit status 3") => _onExit[^1](how);

    /// <summary>The end of the first.</summary>
    internal void ExitFirst(string how = "Runtime exited with error: exit status 3") => _onExit[0](how);
}
