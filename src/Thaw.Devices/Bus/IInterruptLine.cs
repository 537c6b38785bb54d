namespace Thaw.Devices;

/// <summary>An edge-triggered interrupt of one device.</summary>
public interface IInterruptLine
{
    /// <summary>Makes one edge. Any thread; does not block.</summary>
    void Raise();
}
