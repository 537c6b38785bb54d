using System.Security.Cryptography;

namespace Thaw.Worker;

/// <summary>The operating system's generator.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
