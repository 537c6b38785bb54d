namespace Thaw.Vmm;

/// <summary>A microVM cannot be built, or cannot do what is asked of it in its state.</summary>
public sealed class MicrovmException : Exception
{
    /// <summary>Says what and why.</summary>
    public MicrovmException(string message)
        : base(message)
    {
    }

    /// <summary>With the failure behind it.</summary>
    public MicrovmException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
