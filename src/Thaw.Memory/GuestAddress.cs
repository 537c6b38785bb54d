namespace Thaw.Memory;

/// <summary>A guest physical address (GPA).</summary>
/// <param name="Value">The address in bytes.</param>
public readonly record struct GuestAddress(ulong Value) : IComparable<GuestAddress>
{
    /// <summary>The address <paramref name="offset"/> bytes further; wraps like the hardware's adder.</summary>
    public GuestAddress Add(ulong offset) => new(unchecked(Value + offset));

    /// <inheritdoc/>
    public int CompareTo(GuestAddress other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";

    /// <summary>Order of addresses.</summary>
    public static bool operator <(GuestAddress left, GuestAddress right) => left.Value < right.Value;

    /// <summary>Order of addresses.</summary>
    public static bool operator >(GuestAddress left, GuestAddress right) => left.Value > right.Value;

    /// <summary>Order of addresses.</summary>
    public static bool operator <=(GuestAddress left, GuestAddress right) => left.Value <= right.Value;

    /// <summary>Order of addresses.</summary>
    public static bool operator >=(GuestAddress left, GuestAddress right) => left.Value >= right.Value;
}
