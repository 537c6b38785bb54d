using System.Globalization;

namespace Thaw.SampleFunctions;

/// <summary>
/// Waits for <c>/dev/sysgenid</c> and draws at once: as early as code of a clone can, and earlier than anybody could
/// have told the runtime.
/// </summary>
internal sealed class RestoreWatch
{
    private const string Device = "/dev/sysgenid";
    private const int WaitMaxMs = 20_000;
    private readonly ManualResetEventSlim _drawn = new();
    private readonly List<string> _values = [];

    internal RestoreWatch()
    {
        if (!File.Exists(Device))
        {
            _drawn.Set();
            return;
        }

        FileStream device = new(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        _values.Add(Draw());
        using ManualResetEventSlim ready = new();
        new Thread(() => Run(device, ready)) { IsBackground = true }.Start();
        ready.Wait();
    }

    /// <summary>What was drawn in init, and then when the clone woke up.</summary>
    internal IReadOnlyList<string> Values() => _drawn.Wait(WaitMaxMs) ? _values : [];

    private static string Draw() => Random.Shared.NextInt64().ToString(CultureInfo.InvariantCulture);

    private void Run(FileStream device, ManualResetEventSlim ready)
    {
        byte[] generation = new byte[sizeof(uint)];
        _values.Add(Draw());
        ready.Set();
        device.ReadExactly(generation);
        _values.Add(Draw());
        device.Write(generation);
        _drawn.Set();
    }
}
