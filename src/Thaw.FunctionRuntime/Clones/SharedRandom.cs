using System.Runtime.CompilerServices;

namespace Thaw.FunctionRuntime.Clones;

/// <summary>Puts <see cref="CloneRandom"/> into the place of <see cref="Random.Shared"/>.</summary>
/// <remarks>
/// The library's own shared generator has a state for each thread, in fields that only that thread can reach: there is
/// no way to renew it, only to replace it as a whole. That has to happen before any code is compiled that takes the
/// static read-only field for a constant: nothing of the function's is loaded yet, and code that is compiled ahead of
/// time reads the field.
/// </remarks>
internal static class SharedRandom
{
    /// <summary>Replaces it. The first thing that the runtime does.</summary>
    internal static void Install()
    {
        // Where restores cannot be seen, nothing is started.
        _ = RestoreGeneration.Current;
        // The class's own initialiser has run after this, and will not store again.
        _ = Random.Shared;
        Shared(null) = new CloneRandom();
        if (Random.Shared is not CloneRandom)
        {
            throw new InvalidOperationException("Random.Shared could not be replaced: clones would draw the same.");
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "<Shared>k__BackingField")]
    private static extern ref Random Shared(Random? type);
}
