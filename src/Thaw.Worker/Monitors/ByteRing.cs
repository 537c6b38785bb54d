namespace Thaw.Worker.Monitors;

/// <summary>Keeps the last bytes of all that were appended.</summary>
internal sealed class ByteRing(int sizeBytes)
{
    private readonly byte[] _bytes = new byte[sizeBytes];
    private long _written;

    internal void Append(ReadOnlySpan<byte> bytes)
    {
        _written += bytes.Length;
        if (bytes.Length > _bytes.Length)
        {
            bytes = bytes[^_bytes.Length..];
        }
        int at = (int)((_written - bytes.Length) % _bytes.Length);
        int first = Math.Min(bytes.Length, _bytes.Length - at);
        bytes[..first].CopyTo(_bytes.AsSpan(at));
        bytes[first..].CopyTo(_bytes);
    }

    internal byte[] ToArray()
    {
        int end = (int)(_written % _bytes.Length);
        return _written <= _bytes.Length
            ? _bytes[..(int)_written]
            : [.. _bytes.AsSpan(end), .. _bytes.AsSpan(0, end)];
    }
}
