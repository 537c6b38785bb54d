namespace Thaw.Cli.Client;

/// <summary>The service refused a request, or could not do it.</summary>
internal sealed class ServiceErrorException(int statusCode, string errorType, string message, string? console)
    : Exception(console is null ? message : $"{message}\n--- the microVM's console ---\n{console}")
{
    /// <summary>The HTTP status.</summary>
    internal int StatusCode { get; } = statusCode;

    /// <summary>The error's name, as Lambda has it.</summary>
    internal string ErrorType { get; } = errorType;
}
