using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Thaw.Functions.Memory;

namespace Thaw.Functions;

/// <summary>
/// Memory for a secret that no snapshot of the function contains. Before a snapshot it is emptied, in the function
/// that goes on as in every clone; the next read asks for the secret again.
/// </summary>
/// <remarks>
/// <see cref="Read(Span{byte})"/> copies to where a snapshot may find it: read in the handler rather than in init, into
/// the stack, and clear it; or use the secret in place with <see cref="Use{TState}"/>.
/// </remarks>
public sealed class SecretBuffer : IDisposable
{
    private const int SizeMax = 1 << 20;

    // The mapping begins with two marks. One is set before a secret is stored, the other after it, and only both
    // together say that there is a whole secret: whenever a wipe comes, it clears at least one that is not set again.
    private const int BegunAt = 0;
    private const int EndedAt = 8;
    private const int LengthAt = 16;
    private const int DataAt = 64;

    private readonly Lock _gate = new(); // guards the mapping's content
    private readonly SecretMapping _mapping;
    private readonly Func<byte[]>? _refill;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="size">How many bytes it can hold at most; up to a mebibyte.</param>
    /// <param name="refill">Called for the secret when it is not there; what it returns is cleared.</param>
    public SecretBuffer(int size, Func<byte[]>? refill = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, SizeMax);
        Size = size;
        _refill = refill;
        _mapping = SecretMapping.Create(DataAt + size);
    }

    /// <summary>How many bytes it can hold.</summary>
    public int Size { get; }

    /// <summary>Whether there is a secret in it now.</summary>
    public bool IsFilled => _mapping.IsSet(BegunAt) && _mapping.IsSet(EndedAt);

    /// <summary>
    /// Stores a secret. If a snapshot is taken meanwhile, the buffer is empty afterwards, never filled in part.
    /// </summary>
    public void Write(ReadOnlySpan<byte> secret)
    {
        if (secret.Length > Size)
        {
            throw new ArgumentException($"{secret.Length} bytes do not fit into a buffer of {Size}.", nameof(secret));
        }

        lock (_gate)
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, secret.Length);
            _mapping.Set(EndedAt, value: false);
            _mapping.Set(BegunAt, value: true);
            _mapping.Clear(DataAt, Size);
            _mapping.Write(DataAt, secret);
            _mapping.Write(LengthAt, length);
            _mapping.Set(EndedAt, value: true);
        }
    }

    /// <summary>Copies the secret.</summary>
    /// <param name="destination">As large as the secret at least.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="SecretWipedException">There is none, and no way to get it.</exception>
    public int Read(Span<byte> destination)
    {
        lock (_gate)
        {
            while (true)
            {
                Fill();
                int length = Length();
                if (length > destination.Length)
                {
                    throw new ArgumentException(
                        $"The secret's {length} bytes do not fit into {destination.Length}.", nameof(destination));
                }

                _mapping.Read(DataAt, destination[..length]);
                // A wipe during the copy would have left zeros in it.
                if (IsFilled)
                {
                    return length;
                }
            }
        }
    }

    /// <summary>Gives the secret itself, without a copy. Until it returns, nobody else can write or dispose.</summary>
    /// <remarks>A snapshot taken meanwhile turns what is seen into zeros: look at <see cref="IsFilled"/>.</remarks>
    /// <exception cref="SecretWipedException">There is none, and no way to get it.</exception>
    public void Use<TState>(TState state, ReadOnlySpanAction<byte, TState> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        lock (_gate)
        {
            Fill();
            _mapping.Use(DataAt, Length(), state, action);
        }
    }

    /// <summary>Overwrites the secret and gives the memory back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_mapping.IsClosed)
            {
                Wipe();
                _mapping.Dispose();
            }
        }
    }

    /// <summary>Does what happens to it before a snapshot.</summary>
    internal void Wipe() => _mapping.Clear(0, DataAt + Size);

    private int Length()
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        _mapping.Read(LengthAt, length);
        return Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(length), 0, Size);
    }

    private void Fill()
    {
        if (IsFilled)
        {
            return;
        }

        byte[] secret = _refill?.Invoke() ?? throw new SecretWipedException();
        try
        {
            Write(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
