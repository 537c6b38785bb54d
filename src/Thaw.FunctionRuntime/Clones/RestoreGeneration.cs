namespace Thaw.FunctionRuntime.Clones;

/// <summary>Tells state of before a restore from state of after it.</summary>
internal static class RestoreGeneration
{
    private static uint s_told;

    /// <summary>Changes with each restore: with the kernel's word first, and again when the runtime is told.</summary>
    internal static ulong Current => ((ulong)GenerationWord.Value << 32) | Volatile.Read(ref s_told);

    /// <summary>The Runtime API said that this is a clone.</summary>
    internal static void Advance() => Interlocked.Increment(ref s_told);
}
