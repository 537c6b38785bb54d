using System.Security.Cryptography;
using System.Text;

namespace Thaw.Images.Cache;

/// <summary>Hashes everything that decides what a cached part contains.</summary>
public sealed class CacheKey
{
    private const int HexLength = 24;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Starts the key of a kind of part.</summary>
    /// <param name="kind">The kind, such as <c>kernel</c>.</param>
    /// <param name="recipeVersion">Raised when the code that builds this kind changes what it makes.</param>
    public CacheKey(string kind, int recipeVersion)
    {
        Add("kind", kind);
        Add("version", recipeVersion.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Adds a named text.</summary>
    public CacheKey Add(string name, string value) => Add(name, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds named bytes.</summary>
    public CacheKey Add(string name, ReadOnlySpan<byte> value)
    {
        // Lengths go in too, so that no two lists of parts run together into the same bytes.
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        _hash.AppendData(BitConverter.GetBytes(nameBytes.Length));
        _hash.AppendData(nameBytes);
        _hash.AppendData(BitConverter.GetBytes(value.Length));
        _hash.AppendData(value);
        return this;
    }

    /// <summary>Adds the content of a file.</summary>
    public CacheKey AddFile(string name, string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Add(name, SHA256.HashData(stream));
    }

    /// <summary>The key so far, as lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(_hash.GetCurrentHash())[..HexLength];
}
