using Thaw.GuestAgent.Boot;

namespace Thaw.GuestAgent;

/// <summary>The agent's threads: few, named, with small stacks; what escapes one ends the microVM, loudly.</summary>
/// <param name="machine">The microVM.</param>
internal sealed class AgentThreads(IMachine machine)
{
    /// <summary>Starts a thread.</summary>
    internal void Start(string name, Action body)
    {
        Thread thread = new(() => Guard(name, body), AgentLimits.ThreadStackBytes) { Name = name, IsBackground = true };
        thread.Start();
    }

    /// <summary>Runs the main thread's body with the same care.</summary>
    internal void Guard(string name, Action body)
    {
        try
        {
            body();
        }
        catch (Exception error)
        {
            // A thread's top frame. PID 1 must not end: the kernel would panic and nobody would know why.
            AgentConsole.Alarm($"thread {name} ended: {error}");
            machine.End(reboot: true);
        }
    }
}
