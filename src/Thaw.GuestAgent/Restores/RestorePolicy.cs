using Thaw.Protocol;

namespace Thaw.GuestAgent.Restores;

/// <summary>What a Restore must bring before anything of it is carried out.</summary>
internal static class RestorePolicy
{
    /// <summary>How far a message's time may be ahead of the host's own: clocks are read one after the other.</summary>
    private const long AheadMaxNs = 1_000_000_000;

    /// <summary>How long a message may have been on its way: far more than a restore may take.</summary>
    private const long LateMaxNs = 600_000_000_000;

    /// <summary>
    /// The time to set: the host's own, as the machine gives it, because what a message says is late by the time that
    /// it was on its way. The message's where there is no other, or where the two can't be of one clock.
    /// </summary>
    /// <param name="toldNs">The message's time, and what has passed since it came in.</param>
    /// <param name="hostNs">The host's clock, if the machine has it.</param>
    internal static long WallClock(long toldNs, long? hostNs) =>
        hostNs is { } host && host - toldNs is >= -AheadMaxNs and <= LateMaxNs ? host : toldNs;

    /// <summary>Why a restore is refused, or null.</summary>
    /// <param name="restore">The host's frame.</param>
    /// <param name="lastGeneration">The generation of the last restore of this microVM or its ancestors.</param>
    internal static string? Refusal(Restore restore, ulong lastGeneration)
    {
        if (restore.ProtocolVersion != ProtocolLimits.Version)
        {
            return $"The host speaks protocol version {restore.ProtocolVersion}, this agent {ProtocolLimits.Version}.";
        }
        if (restore.Entropy.Length is < ProtocolLimits.EntropySizeBytesMin or > ProtocolLimits.EntropySizeBytesMax)
        {
            return $"{restore.Entropy.Length} bytes of entropy are not within {ProtocolLimits.EntropySizeBytesMin} and "
                + $"{ProtocolLimits.EntropySizeBytesMax}.";
        }
        if (restore.Generation <= lastGeneration)
        {
            return $"Generation {restore.Generation} is not greater than {lastGeneration}, the last one.";
        }
        if (restore.WallClockUnixNs <= 0)
        {
            return $"A wall clock of {restore.WallClockUnixNs} ns is not after 1970.";
        }
        if (restore.RestoreTimeoutMs is < 1 or > AgentLimits.RestoreTimeoutMsMax)
        {
            return $"A limit of {restore.RestoreTimeoutMs} ms is not within 1 and {AgentLimits.RestoreTimeoutMsMax}.";
        }
        if (!IsName(restore.CloneId, AgentLimits.CloneIdLengthMax))
        {
            return "The clone id is empty, too long, or has other characters than letters, digits, '-', '_' and '.'.";
        }
        return restore.Hostname is { } name && !IsName(name, Thaw.Linux.GuestKernel.HostNameBytesMax)
            ? "The host name is empty, too long, or has other characters than letters, digits, '-', '_' and '.'."
            : null;
    }

    private static bool IsName(string text, int lengthMax)
    {
        if (text.Length == 0 || text.Length > lengthMax)
        {
            return false;
        }
        foreach (char character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                return false;
            }
        }
        return true;
    }
}
