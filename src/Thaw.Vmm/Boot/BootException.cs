namespace Thaw.Vmm.Boot;

/// <summary>A kernel, initramfs or command line cannot be used.</summary>
public sealed class BootException : Exception
{
    /// <summary>Says which file is wrong and how.</summary>
    public BootException(string message)
        : base(message)
    {
    }

    /// <summary>With the failure behind it.</summary>
    public BootException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
