using Thaw.Snapshot;

namespace Thaw.Devices.Tests.Harness;

/// <summary>States by way of their bytes.</summary>
internal static class StateBytes
{
    internal static T RoundTrip<T>(T state)
        where T : ISnapshotState<T>
    {
        StateWriter writer = new();
        state.Encode(writer);
        StateReader reader = new("test", writer.ToMemory());
        T decoded = T.Decode(reader, T.StateVersion);
        reader.RequireEnd();
        return decoded;
    }
}
