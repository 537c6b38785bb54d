using System.Text;

namespace Thaw.Worker.Checks;

/// <summary>The forms in which secrets are looked for.</summary>
internal static class SecretPatterns
{
    private const int Base64Group = 3;
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>All forms of all secrets: raw, hexadecimal, base64 at every alignment, UTF-16.</summary>
    internal static IReadOnlyList<SecretPattern> Of(IEnumerable<NamedSecret> secrets)
    {
        List<SecretPattern> patterns = [];
        foreach (NamedSecret secret in secrets)
        {
            ReadOnlySpan<byte> value = secret.Value.Span;
            Add(secret, "raw", value.ToArray());
            Add(secret, "hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(value)));
            Add(secret, "hex, upper case", Encoding.ASCII.GetBytes(Convert.ToHexString(value)));
            for (int before = 0; before < Base64Group; before++)
            {
                string text = Base64Of(value, before);
                Add(secret, "base64", Encoding.ASCII.GetBytes(text));
                Add(secret, "base64url", Encoding.ASCII.GetBytes(text.Replace('+', '-').Replace('/', '_')));
            }
            if (TryReadText(value) is { } characters)
            {
                Add(secret, "utf-16", Encoding.Unicode.GetBytes(characters));
                Add(secret, "utf-16, big-endian", Encoding.BigEndianUnicode.GetBytes(characters));
            }
        }
        return patterns;

        void Add(NamedSecret secret, string form, byte[] bytes)
        {
            // Without letters hexadecimal has one case only, and base64 often has no '+' or '/'.
            if (!patterns.Any(p => p.Name == secret.Name && p.Bytes.AsSpan().SequenceEqual(bytes)))
            {
                patterns.Add(new SecretPattern(secret.Name, form, bytes));
            }
        }
    }

    /// <summary>
    /// What of base64 depends on the secret alone where <paramref name="before"/> other bytes come before it in its
    /// group of three: the characters that share bits with neighbours are left out.
    /// </summary>
    private static string Base64Of(ReadOnlySpan<byte> value, int before)
    {
        byte[] padded = new byte[before + value.Length];
        value.CopyTo(padded.AsSpan(before));
        string text = Convert.ToBase64String(padded).TrimEnd('=');
        int end = padded.Length % Base64Group == 0 ? text.Length : text.Length - 1;
        return text[(before == 0 ? 0 : before + 1)..end];
    }

    private static string? TryReadText(ReadOnlySpan<byte> value)
    {
        try
        {
            return s_strictUtf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
