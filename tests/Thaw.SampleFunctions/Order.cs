namespace Thaw.SampleFunctions;

/// <summary>An event with a type of its own.</summary>
public sealed record Order(string Name, int Count);
