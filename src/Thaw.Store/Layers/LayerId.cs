namespace Thaw.Store;

/// <summary>Names a layer: 16 random bytes. All zeros is no layer.</summary>
/// <param name="Value">The bytes.</param>
public readonly record struct LayerId(KeyId Value)
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = KeyId.Bytes;

    /// <summary>Whether this is no layer.</summary>
    public bool IsNone => this == default;

    /// <summary>A new random id.</summary>
    public static LayerId Create(IEntropy entropy) => new(KeyId.Create(entropy));

    /// <summary>Reads an id from its bytes.</summary>
    public static LayerId Read(ReadOnlySpan<byte> bytes) => new(KeyId.Read(bytes));

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out LayerId id)
    {
        bool isGood = KeyId.TryParse(text, out KeyId value);
        id = new LayerId(value);
        return isGood;
    }

    /// <summary>Writes the id's bytes.</summary>
    public void Write(Span<byte> destination) => Value.Write(destination);

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString();
}
