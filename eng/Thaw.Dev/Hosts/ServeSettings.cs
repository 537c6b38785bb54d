namespace Thaw.Dev.Hosts;

/// <summary>What <c>thaw serve</c> is told beside what its host needs.</summary>
/// <param name="Options">Further words of its command line.</param>
/// <param name="Environment">Variables added to its environment.</param>
internal sealed record ServeSettings(
    IReadOnlyList<string> Options, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Nothing.</summary>
    public static ServeSettings None { get; } = new([], new Dictionary<string, string>());
}
