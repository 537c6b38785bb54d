namespace Thaw.Functions;

/// <summary>Hooks of functions that start from a snapshot. The names and the order are those of Lambda.</summary>
/// <remarks>Register while the function initialises: in the constructor or a static initialiser.</remarks>
public static class SnapshotRestore
{
    private static readonly Lock s_gate = new(); // guards both lists
    private static readonly List<Func<ValueTask>> s_beforeSnapshot = [];
    private static readonly List<Func<ValueTask>> s_afterRestore = [];

    /// <summary>Has a hook run before the snapshot is taken; the last one registered runs first.</summary>
    public static void RegisterBeforeSnapshot(Func<ValueTask> hook) => Register(s_beforeSnapshot, hook);

    /// <summary>Has a hook run in every clone, before its first event; in the order of registration.</summary>
    public static void RegisterAfterRestore(Func<ValueTask> hook) => Register(s_afterRestore, hook);

    /// <summary>Runs each hook for before the snapshot once, those too that hooks register.</summary>
    internal static async ValueTask RunBeforeSnapshotAsync()
    {
        while (Take() is { } hook)
        {
            await hook().ConfigureAwait(false);
        }
    }

    /// <summary>Runs the hooks for after the restore; they stay for the next restore.</summary>
    internal static async ValueTask RunAfterRestoreAsync()
    {
        Func<ValueTask>[] hooks;
        lock (s_gate)
        {
            hooks = [.. s_afterRestore];
        }

        foreach (Func<ValueTask> hook in hooks)
        {
            await hook().ConfigureAwait(false);
        }
    }

    private static void Register(List<Func<ValueTask>> hooks, Func<ValueTask> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        lock (s_gate)
        {
            hooks.Add(hook);
        }
    }

    private static Func<ValueTask>? Take()
    {
        lock (s_gate)
        {
            if (s_beforeSnapshot.Count == 0)
            {
                return null;
            }

            Func<ValueTask> last = s_beforeSnapshot[^1];
            s_beforeSnapshot.RemoveAt(s_beforeSnapshot.Count - 1);
            return last;
        }
    }
}
