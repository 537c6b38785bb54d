using System.Buffers;

namespace Thaw.Store;

/// <summary>Lower-case hexadecimal text, the only form in which ids are written and read.</summary>
internal static class Hex
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    internal static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    internal static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(s_digits);

    internal static bool TryParse(ReadOnlySpan<char> text, Span<byte> bytes) =>
        text.Length == bytes.Length * 2
        && IsHex(text)
        && Convert.FromHexString(text, bytes, out _, out int written) == OperationStatus.Done
        && written == bytes.Length;
}
