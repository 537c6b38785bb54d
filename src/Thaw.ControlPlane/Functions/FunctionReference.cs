using System.Text.RegularExpressions;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>Which version of which function a request names: by name, name:qualifier, partial ARN or ARN.</summary>
internal sealed partial record FunctionReference(string Name, string? Qualifier)
{
    /// <summary>The region in ARNs; Thaw has none, but SDKs read one.</summary>
    internal const string Region = "us-east-1";

    /// <summary>The longest text that is looked at.</summary>
    private const int LengthMax = 256;

    /// <summary>The number of the version, 0 for $LATEST.</summary>
    internal long VersionNumber => Qualifier is null or FunctionSpec.Latest
        ? FunctionVersion.LatestNumber
        : long.TryParse(Qualifier, out long number) && number > 0 ? number : throw NoSuchQualifier();

    internal string Arn => ArnOf(Name, Qualifier);

    internal static string ArnOf(string name, string? qualifier, string account = FunctionSpec.DefaultAccount) =>
        $"arn:aws:lambda:{Region}:{account}:function:{name}" + (qualifier is null ? "" : $":{qualifier}");

    /// <summary>Parses the name in a path and the qualifier in a query.</summary>
    internal static FunctionReference Parse(string? text, string? qualifier)
    {
        Match match = text is null || text.Length > LengthMax ? Match.Empty : Pattern().Match(text);
        if (!match.Success || match.Groups["name"].Length > ServiceLimits.FunctionNameLengthMax)
        {
            throw LambdaError.Invalid(
                $"1 validation error detected: Value '{Shorten(text)}' at 'functionName' failed to satisfy constraint: "
                + "Member must be a function name of 1 to 64 letters, digits, hyphens and underscores, or an ARN "
                + "of one");
        }
        string? inName = match.Groups["qualifier"].Success ? match.Groups["qualifier"].Value : null;
        string? inQuery = string.IsNullOrEmpty(qualifier) ? null : qualifier;
        if (inQuery is not null && !QualifierPattern().IsMatch(inQuery))
        {
            throw LambdaError.Invalid(
                $"1 validation error detected: Value '{Shorten(inQuery)}' at 'qualifier' failed to satisfy constraint: "
                + "Member must be $LATEST, a version's number or an alias");
        }
        if (inName is not null && inQuery is not null && inName != inQuery)
        {
            throw LambdaError.Invalid(
                "The derived qualifier from the function name does not match the specified qualifier.");
        }
        return new FunctionReference(match.Groups["name"].Value, inName ?? inQuery);
    }

    private LambdaException NoSuchQualifier() => LambdaError.FunctionNotFound(Arn);

    private static string Shorten(string? text) => text is null ? "" : text.Length <= 80 ? text : text[..80] + "...";

    [GeneratedRegex(
        @"\A(?:(?:arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:)?(?:[0-9]{12}:)?function:|[0-9]{12}:function:)?"
        + @"(?<name>[a-zA-Z0-9_-]+)(?::(?<qualifier>\$LATEST|[a-zA-Z0-9_-]{1,128}))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\A(?:\$LATEST|[a-zA-Z0-9_-]{1,128})\z", RegexOptions.CultureInvariant)]
    private static partial Regex QualifierPattern();
}
