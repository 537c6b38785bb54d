namespace Thaw.Worker;

/// <summary>A secret in a snapshot.</summary>
/// <param name="Name">The secret's name.</param>
/// <param name="Form">How it is written there: <c>raw</c>, <c>hex</c>, <c>base64</c>, <c>utf-16</c> ...</param>
/// <param name="File">The file, and what is within it.</param>
/// <param name="Offset">Where in it, in bytes.</param>
public sealed record FoundSecret(string Name, string Form, string File, long Offset);
