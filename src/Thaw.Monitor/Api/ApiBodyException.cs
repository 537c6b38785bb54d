namespace Thaw.Monitor.Api;

/// <summary>A body is not what its path takes.</summary>
internal sealed class ApiBodyException : Exception
{
    internal ApiBodyException(string what)
        : base($"An error occurred when deserializing the json body of a request: {what}.")
    {
    }

    internal ApiBodyException(string what, Exception inner)
        : base($"An error occurred when deserializing the json body of a request: {what}.", inner)
    {
    }
}
