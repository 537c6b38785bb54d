using System.Diagnostics.CodeAnalysis;

namespace Thaw.Store.S3;

/// <summary>A bucket and a prefix in it.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">Empty, or what all keys begin with, without slashes around it.</param>
public sealed record S3Location(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";
    private const int PrefixLengthMax = 512;

    /// <summary>Reads <c>s3://bucket</c> or <c>s3://bucket/prefix</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out S3Location? location)
    {
        location = null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }
        string[] parts = text[Scheme.Length..].Split('/', 2);
        string prefix = parts.Length == 2 ? parts[1].Trim('/') : "";
        bool isGood = IsBucketName(parts[0])
            && prefix.Length <= PrefixLengthMax
            && prefix.All(c => char.IsAsciiLetterOrDigit(c) || "/-_.".Contains(c, StringComparison.Ordinal));
        location = isGood ? new S3Location(parts[0], prefix) : null;
        return isGood;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => Prefix.Length == 0 ? $"{Scheme}{Bucket}" : $"{Scheme}{Bucket}/{Prefix}";

    internal string KeyOf(StoreName name) => Join(name.ToPath());

    internal string KeyOf(StoreArea area) => Join(area.Folder() + "/");

    private string Join(string path) => Prefix.Length == 0 ? path : $"{Prefix}/{path}";

    private static bool IsBucketName(string name) =>
        name.Length is >= 3 and <= 63
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.');
}
