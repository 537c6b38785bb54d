namespace Thaw.FunctionRuntime.Api;

/// <summary>The Runtime API said no, or nothing that can be understood.</summary>
internal sealed class RuntimeApiException(string message) : Exception(message);
