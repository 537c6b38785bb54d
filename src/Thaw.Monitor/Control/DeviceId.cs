namespace Thaw.Monitor.Control;

/// <summary>Ids of drives and pmem devices.</summary>
internal static class DeviceId
{
    // They become part of snapshot section ids.
    private const int CharsMax = 64;

    /// <summary>Whether it is made of ASCII letters, digits and underscores.</summary>
    internal static bool IsValid(string id) =>
        id.Length is > 0 and <= CharsMax && id.All(c => c == '_' || char.IsAsciiLetterOrDigit(c));
}
