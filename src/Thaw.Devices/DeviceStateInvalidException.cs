namespace Thaw.Devices;

/// <summary>A saved device state is not one that this device can have been in, or does not fit this host.</summary>
public sealed class DeviceStateInvalidException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="device">Which device refuses.</param>
    /// <param name="reason">Why, with the values: a sentence without its full stop.</param>
    public DeviceStateInvalidException(string device, string reason)
        : base($"The saved state of {device} is refused: {reason}.")
    {
        Device = device;
        Reason = reason;
    }

    /// <summary>Which device refuses.</summary>
    public string Device { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }
}
