using System.Text;

namespace Thaw.Worker.Checks;

/// <summary>Random-looking text that more than one clone answered or logged.</summary>
internal sealed class TextRepeats
{
    /// <summary>Lines of the log that the worker writes itself.</summary>
    private static readonly string[] s_ownLines = ["START ", "END ", "REPORT ", "INIT_REPORT "];

    private readonly Dictionary<string, ValuePlace> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ValuePlace>> _repeats = new(StringComparer.Ordinal);

    /// <summary>What repeats, with the first place in each of two clones.</summary>
    internal IReadOnlyDictionary<string, List<ValuePlace>> Repeats => _repeats;

    /// <summary>Takes what a clone answered and logged.</summary>
    internal void Add(string cloneId, InvokeOutcome outcome)
    {
        AddText(cloneId, "response", outcome.Payload.ToArray());
        AddText(cloneId, "log", OwnLog(outcome));
    }

    /// <summary>Forgets what is part of a text: the event, or the control's answer.</summary>
    internal void RemoveKnown(ReadOnlySpan<byte> text)
    {
        foreach (string token in _repeats.Keys.ToArray())
        {
            if (text.IndexOf(Encoding.ASCII.GetBytes(token)) >= 0)
            {
                _repeats.Remove(token);
            }
        }
    }

    /// <summary>What the function itself logged.</summary>
    internal static byte[] OwnLog(InvokeOutcome outcome) => Encoding.UTF8.GetBytes(string.Join(
        '\n',
        Encoding.UTF8.GetString(outcome.LogTail.Span).Split('\n')
            .Where(line => !s_ownLines.Any(own => line.StartsWith(own, StringComparison.Ordinal)))));

    private void AddText(string cloneId, string where, byte[] text)
    {
        foreach ((string token, int offset) in TextTokens.Of(text))
        {
            ValuePlace place = new(cloneId, where, offset);
            if (_seen.TryAdd(token, place) || _seen[token].CloneId == cloneId)
            {
                continue;
            }
            _repeats.TryAdd(token, [_seen[token], place]);
        }
    }
}
