namespace Thaw.Linux;

/// <summary>How a process ended, as waitpid(2) tells it.</summary>
/// <param name="Raw">The status word.</param>
public readonly record struct ExitStatus(int Raw)
{
    /// <summary>The signal that ended the process, or 0.</summary>
    public int Signal => Raw & 0x7f;

    /// <summary>The code that the process exited with, if no signal ended it.</summary>
    public int Code => (Raw >> 8) & 0xff;
}
