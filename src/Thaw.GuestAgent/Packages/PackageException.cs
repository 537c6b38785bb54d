namespace Thaw.GuestAgent.Packages;

/// <summary>A deployment package that can't be unpacked: what is wrong, and with which entry.</summary>
internal sealed class PackageException : Exception
{
    /// <summary>Creates the exception.</summary>
    internal PackageException(string message, string? entry = null, Exception? inner = null)
        : base(entry is null ? message : $"{message} (entry \"{Printable(entry)}\")", inner) => Entry = entry;

    /// <summary>The entry's name as it stands in the package.</summary>
    internal string? Entry { get; }

    private static string Printable(string text)
    {
        string cut = text.Length > 200 ? string.Concat(text.AsSpan(0, 200), "...") : text;
        return string.Concat(cut.Select(character => char.IsControl(character) ? '?' : character));
    }
}
