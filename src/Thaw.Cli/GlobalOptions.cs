using System.CommandLine;
using Thaw.Cli.Client;

namespace Thaw.Cli;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    private const string EndpointVariable = "THAW_ENDPOINT";
    private const string DefaultEndpoint = "http://127.0.0.1:7777";

    /// <summary>Where the service is.</summary>
    internal static readonly Option<string?> Endpoint = new("--endpoint")
    {
        Description = $"The service's address [{EndpointVariable}, or {DefaultEndpoint}].",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>Whether results are for programs.</summary>
    internal static readonly Option<bool> Json = new("--json")
    {
        Description = "Write the result as JSON.",
        Recursive = true,
    };

    /// <summary>A client of the service that the command line names.</summary>
    internal static ThawClient ClientOf(ParseResult result)
    {
        string text = result.GetValue(Endpoint)
            ?? Environment.GetEnvironmentVariable(EndpointVariable) ?? DefaultEndpoint;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is ("http" or "https")
            ? new ThawClient(uri)
            : throw new CliException($"The endpoint must look like {DefaultEndpoint}, not {text}.", ExitCodes.Usage);
    }
}
