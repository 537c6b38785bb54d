using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Thaw.Worker;

namespace Thaw.ControlPlane.Http;

/// <summary>
/// Whose request it is: a header says so, or an access key id that is an account's number. Nothing is proved by either
/// as long as signatures are not checked.
/// </summary>
internal static partial class RequestAccount
{
    /// <summary>The header that names an account.</summary>
    internal const string Header = "X-Thaw-Account";

    private const int TextLengthMax = 4096;

    /// <summary>The account, or the default one where the request names none.</summary>
    internal static string Of(HttpRequest request)
    {
        string? named = request.Headers[Header];
        if (!string.IsNullOrEmpty(named))
        {
            return AccountPattern().IsMatch(named)
                ? named
                : throw LambdaError.Invalid($"{Header} must be an account's number of 12 digits.");
        }
        string? authorization = request.Headers.Authorization;
        return authorization is { Length: < TextLengthMax }
            && CredentialPattern().Match(authorization) is { Success: true } match
            ? match.Groups[1].Value
            : FunctionSpec.DefaultAccount;
    }

    [GeneratedRegex(@"\A[0-9]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AccountPattern();

    [GeneratedRegex(@"\bCredential=([0-9]{12})/", RegexOptions.CultureInvariant)]
    private static partial Regex CredentialPattern();
}
