using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Thaw.Store;

/// <summary>
/// Whose data something is: the service's (boot and runtime layers, which everybody shares) or one account's. Nothing
/// is shared between two accounts.
/// </summary>
public readonly record struct Keyspace
{
    private const string ServiceText = "service";
    private const string AccountPrefix = "account/";

    private static readonly SearchValues<char> s_idCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private readonly string? _text;

    private Keyspace(string text) => _text = text;

    /// <summary>The service's own keyspace.</summary>
    public static Keyspace Service { get; } = new(ServiceText);

    /// <summary>Whether this is the service's keyspace.</summary>
    public bool IsService => _text == ServiceText;

    /// <summary>The account's id, or null for the service.</summary>
    public string? AccountId => _text is not null && !IsService ? _text[AccountPrefix.Length..] : null;

    /// <summary>An account's keyspace.</summary>
    /// <param name="id">1 to 64 letters, digits, dots, hyphens and underscores.</param>
    /// <exception cref="ArgumentException">Another id.</exception>
    public static Keyspace Account(string id) =>
        TryParse(AccountPrefix + id, out Keyspace keyspace)
            ? keyspace
            : throw new ArgumentException($"\"{id}\" is not an account id.", nameof(id));

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Keyspace keyspace)
    {
        bool isAccount = text is not null
            && text.StartsWith(AccountPrefix, StringComparison.Ordinal)
            && text.Length > AccountPrefix.Length
            && text.Length <= AccountPrefix.Length + StoreLimits.AccountIdBytesMax
            && !text.AsSpan(AccountPrefix.Length).ContainsAnyExcept(s_idCharacters);
        keyspace = isAccount || text == ServiceText ? new Keyspace(text!) : default;
        return keyspace._text is not null;
    }

    /// <summary><c>service</c> or <c>account/ID</c>.</summary>
    public override string ToString() => _text ?? "";
}
