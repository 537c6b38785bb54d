namespace Thaw.Devices.Tests.Harness;

/// <summary>Counts edges.</summary>
internal sealed class TestInterrupt : IInterruptLine
{
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    public void Raise() => Interlocked.Increment(ref _count);
}
