using System.Text;

namespace Thaw.Worker.Checks;

/// <summary>Finds ids, keys and random numbers in text.</summary>
internal static class TextTokens
{
    private const int LengthMin = 8;
    private const int LengthMax = 4096;
    private const int DistinctMin = 6;
    private const int DigitsMin = 3;
    private const int DigitsMinWithCases = 1;
    private const int CaseMin = 2;

    /// <summary>The tokens of a text that look random, with where they begin.</summary>
    internal static IEnumerable<(string Token, int Offset)> Of(byte[] text)
    {
        int start = 0;
        for (int at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && IsPart(text[at]))
            {
                continue;
            }
            if (at - start is >= LengthMin and <= LengthMax && LooksRandom(text.AsSpan(start, at - start)))
            {
                yield return (Encoding.ASCII.GetString(text, start, at - start), start);
            }
            start = at + 1;
        }
    }

    /// <summary>The bytes that a token may be written from: what a program has in memory before it writes it.</summary>
    internal static IEnumerable<byte[]> FormsOf(string token)
    {
        yield return Encoding.ASCII.GetBytes(token);
        string digits = token.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit))
        {
            yield return Convert.FromHexString(digits);
        }
        byte[] decoded = new byte[token.Length];
        if (Convert.TryFromBase64String(token, decoded, out int count) && count >= LengthMin)
        {
            yield return decoded[..count];
        }
        if (token.Contains('.', StringComparison.Ordinal) && double.TryParse(
            token, System.Globalization.CultureInfo.InvariantCulture, out double number))
        {
            yield return BitConverter.GetBytes(number);
        }
    }

    private static bool IsPart(byte character) =>
        char.IsAsciiLetterOrDigit((char)character) || character is (byte)'+' or (byte)'/' or (byte)'_' or (byte)'='
            or (byte)'.' or (byte)'-';

    private static bool LooksRandom(ReadOnlySpan<byte> token)
    {
        int digits = 0;
        int upper = 0;
        int lower = 0;
        UInt128 seen = 0;
        foreach (byte character in token)
        {
            seen |= UInt128.One << character;
            digits += char.IsAsciiDigit((char)character) ? 1 : 0;
            upper += char.IsAsciiLetterUpper((char)character) ? 1 : 0;
            lower += char.IsAsciiLetterLower((char)character) ? 1 : 0;
        }
        return UInt128.PopCount(seen) >= DistinctMin
            && (digits >= DigitsMin || (digits >= DigitsMinWithCases && upper >= CaseMin && lower >= CaseMin));
    }
}
