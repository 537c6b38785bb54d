namespace Thaw.Dev.Bench.Guests;

/// <summary>A guest whose memory is measured with.</summary>
/// <param name="Name">What its image is called.</param>
/// <param name="Root">The recipe of its root image.</param>
/// <param name="Command">What its shell runs; it says when the memory is to be taken.</param>
/// <param name="Task">Files that it finds in /var/task: name to path in the checkout.</param>
internal sealed record GuestRecipe(
    string Name, string Root, string Command, IReadOnlyDictionary<string, string> Task)
{
    /// <summary>What a guest prints when its memory is as it should be.</summary>
    public const string ReadyMark = "thaw-bench: ready";

    /// <summary>
    /// The three guests: a Linux that has just booted; the demonstration's function with its runtime, as far as a
    /// snapshot is taken of it; a service on Debian's node.
    /// </summary>
    public static IReadOnlyList<GuestRecipe> All { get; } =
    [
        new("boot", "python3.13", $"echo '{ReadyMark}'; exec sleep infinity", new Dictionary<string, string>()),
        new("python", "python3.13", "exec python3 /var/task/function.py", new Dictionary<string, string>
        {
            ["app.py"] = "examples/hello-python/app.py",
            ["function.py"] = "guest/images/bench/function.py",
        }),
        new("node", "bench-node", "exec node /var/task/server.js", new Dictionary<string, string>
        {
            ["server.js"] = "guest/images/bench/server.js",
        }),
    ];
}
