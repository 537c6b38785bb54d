using System.Text;

namespace Thaw.Tidy.Tests.Code;

/// <summary>Blanks comments and strings out of C#, so that rules see code only. Lines and columns stay.</summary>
internal sealed class CodeText
{
    private readonly string _text;
    private readonly StringBuilder _code;
    private int _at;

    private CodeText(string text)
    {
        _text = text;
        _code = new StringBuilder(text.Length);
    }

    /// <summary>The text with comments and the content of strings replaced by spaces.</summary>
    internal static string Of(string text)
    {
        CodeText code = new(text);
        code.ReadCode(untilBrace: false);
        return code._code.ToString();
    }

    private bool At(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    private void ReadCode(bool untilBrace)
    {
        int depth = 0;
        while (_at < _text.Length)
        {
            char c = _text[_at];
            if (untilBrace && c == '}' && depth == 0)
            {
                return;
            }

            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (!TrySkip())
            {
                _code.Append(c);
                _at++;
            }
        }
    }

    private bool TrySkip()
    {
        if (At("//"))
        {
            BlankUntil("\n", includeEnd: false);
            return true;
        }

        if (At("/*"))
        {
            BlankUntil("*/", includeEnd: true);
            return true;
        }

        if (At("'"))
        {
            SkipQuoted('\'', isVerbatim: false, holeBraces: 0);
            return true;
        }

        return TrySkipString();
    }

    private bool TrySkipString()
    {
        int prefix = _at;
        while (prefix < _text.Length && _text[prefix] is '$' or '@')
        {
            prefix++;
        }

        if (prefix >= _text.Length || _text[prefix] != '"')
        {
            return false;
        }

        string marks = _text[_at..prefix];
        int dollars = marks.Count(m => m == '$');
        int quotes = 0;
        while (prefix + quotes < _text.Length && _text[prefix + quotes] == '"')
        {
            quotes++;
        }

        Blank(marks.Length);
        if (quotes >= 3)
        {
            SkipRaw(quotes, dollars);
        }
        else
        {
            SkipQuoted('"', marks.Contains('@', StringComparison.Ordinal), dollars > 0 ? 1 : 0);
        }

        return true;
    }

    private void SkipRaw(int quotes, int holeBraces)
    {
        string end = new('"', quotes);
        Blank(quotes);
        while (_at < _text.Length && !At(end))
        {
            SkipContent(holeBraces);
        }

        // Quotes before the closing ones belong to the content.
        while (_at < _text.Length && _text[_at] == '"')
        {
            Blank(1);
        }
    }

    private void SkipQuoted(char quote, bool isVerbatim, int holeBraces)
    {
        _code.Append(quote);
        _at++;
        while (_at < _text.Length && (isVerbatim || _text[_at] != '\n'))
        {
            if (!isVerbatim && _text[_at] == '\\')
            {
                Blank(2);
            }
            else if (isVerbatim && At("\"\""))
            {
                Blank(2);
            }
            else if (_text[_at] == quote)
            {
                _code.Append(quote);
                _at++;
                return;
            }
            else
            {
                SkipContent(holeBraces);
            }
        }
    }

    // A character of a string, or a hole with code in it.
    private void SkipContent(int holeBraces)
    {
        string open = new('{', Math.Max(1, holeBraces));
        if (holeBraces == 0 || !At(open))
        {
            Blank(1);
            return;
        }

        int braces = 0;
        while (_at + braces < _text.Length && _text[_at + braces] == '{')
        {
            braces++;
        }

        Blank(braces);
        if (holeBraces == 1 && braces % 2 == 0)
        {
            return;
        }

        ReadCode(untilBrace: true);
        Blank(Math.Min(holeBraces, _text.Length - _at));
    }

    private void BlankUntil(string end, bool includeEnd)
    {
        int found = _text.IndexOf(end, _at, StringComparison.Ordinal);
        int stop = found < 0 ? _text.Length : found + (includeEnd ? end.Length : 0);
        Blank(stop - _at);
    }

    private void Blank(int count)
    {
        for (int i = 0; i < count && _at < _text.Length; i++)
        {
            _code.Append(_text[_at] is '\n' or '\r' ? _text[_at] : ' ');
            _at++;
        }
    }
}
