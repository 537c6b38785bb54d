using Thaw.GuestAgent.Configuration;

namespace Thaw.GuestAgent.Functions;

/// <summary>Starts the function's process.</summary>
internal interface IFunctionLauncher
{
    /// <summary>
    /// Starts it. <paramref name="onExit"/> is called once, from another thread, when the process has ended; its
    /// argument is Lambda's wording of how.
    /// </summary>
    /// <exception cref="LaunchException">The program could not be started.</exception>
    void Start(FunctionStart start, Action<string> onExit);
}
