namespace Thaw.SampleFunctions;

/// <summary>An error of the function's own.</summary>
public sealed class CustomException(string message, Exception inner) : Exception(message, inner);
