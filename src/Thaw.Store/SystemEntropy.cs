using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>The operating system's generator.</summary>
public sealed class SystemEntropy : IEntropy
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
