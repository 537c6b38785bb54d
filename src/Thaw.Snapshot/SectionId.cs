using System.Text;

namespace Thaw.Snapshot;

/// <summary>Names a section: path-like ASCII, such as <c>vm/vcpu/0</c> or <c>dev/virtio-blk/code</c>.</summary>
public readonly record struct SectionId
{
    private readonly string? _value;

    /// <summary>Creates the id.</summary>
    /// <exception cref="ArgumentException">The text is not a valid id.</exception>
    public SectionId(string value)
    {
        if (!IsValid(value))
        {
            throw new ArgumentException($"\"{value}\" is not a section id.", nameof(value));
        }

        _value = value;
    }

    /// <summary>The fingerprint of the host that the snapshot was taken on.</summary>
    public static SectionId HostFingerprint => new("host/fingerprint");

    /// <summary>The manifest of the memory file.</summary>
    public static SectionId MemoryManifest => new("memory/manifest");

    /// <summary>The text; empty for a default value.</summary>
    public string Value => _value ?? "";

    /// <summary>An id below this one: <c>new SectionId("vm/vcpu").Child("0")</c>.</summary>
    /// <exception cref="ArgumentException">The result is not a valid id.</exception>
    public SectionId Child(string name) => new($"{Value}/{name}");

    /// <summary>
    /// Whether <paramref name="value"/> is one or more parts of <c>A-Z a-z 0-9 - _ .</c> with single slashes between
    /// them,
    /// at most <see cref="SnapshotLimits.SectionIdBytesMax"/> long.
    /// </summary>
    public static bool IsValid(string value)
    {
        if (value.Length is 0 or > SnapshotLimits.SectionIdBytesMax)
        {
            return false;
        }

        char previous = '/';
        foreach (char c in value)
        {
            if (c == '/' ? previous == '/' : !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                return false;
            }

            previous = c;
        }

        return previous != '/';
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    internal byte[] ToBytes() => Encoding.ASCII.GetBytes(Value);

    internal static SectionId FromBytes(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        return IsValid(text)
            ? new SectionId(text)
            : throw new SnapshotException(
                SnapshotFault.Malformed, "Snapshot has a section whose id is not a valid one.");
    }
}
