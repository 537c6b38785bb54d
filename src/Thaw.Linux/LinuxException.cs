namespace Thaw.Linux;

/// <summary>A system call failed.</summary>
public sealed class LinuxException : IOException
{
    /// <summary>Creates the exception for a failed <paramref name="operation"/>.</summary>
    /// <param name="errno">What the kernel answered.</param>
    /// <param name="operation">What was tried, with its object: "open /dev/kvm".</param>
    public LinuxException(Errno errno, string operation)
        : base($"{operation} failed: {errno} ({(int)errno})")
    {
        Errno = errno;
        Operation = operation;
    }

    /// <summary>What the kernel answered.</summary>
    public Errno Errno { get; }

    /// <summary>What was tried.</summary>
    public string Operation { get; }
}
