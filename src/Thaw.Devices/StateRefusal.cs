using Thaw.Snapshot;

namespace Thaw.Devices;

/// <summary>Words for a state that a device does not take.</summary>
internal static class StateRefusal
{
    /// <summary>The exception to throw.</summary>
    /// <param name="device">Which device refuses.</param>
    /// <param name="reason">Why, with the values: a sentence without its full stop.</param>
    internal static SnapshotException Create(string device, string reason) =>
        new(SnapshotFault.StateMismatch, $"The saved state of {device} is refused: {reason}.");
}
