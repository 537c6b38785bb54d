using Thaw.Functions;

namespace Thaw.SampleFunctions;

/// <summary>Registers hooks and tells in which order they ran; fails where it is asked to.</summary>
public sealed class Hooks
{
    private readonly List<string> _calls = [];

    public Hooks()
    {
        string failing = Environment.GetEnvironmentVariable("FAIL") ?? "";
        SnapshotRestore.RegisterBeforeSnapshot(() => CallAsync("before 1"));
        SnapshotRestore.RegisterBeforeSnapshot(() => CallAsync("before 2"));
        SnapshotRestore.RegisterAfterRestore(() => CallAsync("after 1"));
        SnapshotRestore.RegisterAfterRestore(() => CallAsync("after 2"));

        async ValueTask CallAsync(string name)
        {
            await Task.Yield();
            _calls.Add(name != failing ? name : throw new CustomException(name, new TimeoutException()));
        }
    }

    public IReadOnlyList<string> Handle() => _calls;
}
