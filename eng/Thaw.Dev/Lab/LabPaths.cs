namespace Thaw.Dev.Lab;

/// <summary>Files of the emulated host, all in one private directory.</summary>
internal static class LabPaths
{
    /// <summary>The directory; also what tells our QEMU from others.</summary>
    public static string Directory { get; } = Path.Combine(Workspace.State, "lab");

    /// <summary>What runs now.</summary>
    public static string State => In("lab.json");

    /// <summary>Held while the host is brought up or down.</summary>
    public static string Lock => In("lock");

    /// <summary>QEMU's process id, written by QEMU.</summary>
    public static string Pid => In("qemu.pid");

    /// <summary>The serial console's output.</summary>
    public static string Console => In("console.log");

    /// <summary>The private key that opens the exec channel.</summary>
    public static string Key => In("id_ed25519");

    /// <summary>What ssh said when the shared connection was made.</summary>
    public static string ShellLog => In("ssh.log");

    /// <summary>The shared connection of the exec channel.</summary>
    public static string Connection => In("ssh.sock");

    /// <summary>The initramfs of this boot.</summary>
    public static string Initramfs => In("initramfs.cpio");

    /// <summary>The disk with programs and guest images.</summary>
    public static string Payload => In("payload.erofs");

    /// <summary>What the payload was made of.</summary>
    public static string PayloadKey => In("payload.key");

    /// <summary>The writable disk, fresh at every boot.</summary>
    public static string Scratch => In("scratch.img");

    private static string In(string name) => Path.Combine(Directory, name);
}
