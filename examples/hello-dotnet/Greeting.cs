namespace HelloDotnet;

/// <summary>The event.</summary>
public sealed record Greeting(string? Name);
