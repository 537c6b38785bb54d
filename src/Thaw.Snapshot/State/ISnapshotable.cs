namespace Thaw.Snapshot;

/// <summary>
/// Something of a microVM whose state goes into a snapshot. No member has a default: forgetting one must not build.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
/// <typeparam name="TState">Its state: plain values, no handles, no logic.</typeparam>
/// <typeparam name="TArgs">What a restore needs beside the state: host resources, guest memory.</typeparam>
public interface ISnapshotable<TSelf, TState, TArgs>
    where TSelf : ISnapshotable<TSelf, TState, TArgs>
    where TState : ISnapshotState<TState>
{
    /// <summary>The state now. Called while the microVM is paused.</summary>
    TState SaveState();

    /// <summary>Makes the object again from its state, which is validated like guest input.</summary>
    /// <exception cref="SnapshotException">The state is not one that <see cref="SaveState"/> gives.</exception>
    static abstract TSelf Restore(in TState state, TArgs args);
}
