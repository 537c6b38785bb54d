namespace Thaw.Worker.Images;

/// <summary>The images that microVMs boot from, checked.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="KernelVersion">Its release.</param>
/// <param name="Initramfs">The initramfs with the agent.</param>
/// <param name="Runtimes">The root image of each runtime.</param>
internal sealed record ImageSet(
    ImageIdentity Kernel, string KernelVersion, ImageIdentity Initramfs,
    IReadOnlyDictionary<string, ImageIdentity> Runtimes)
{
    /// <summary>All of them.</summary>
    internal IEnumerable<ImageIdentity> All => Runtimes.Values.Append(Kernel).Append(Initramfs);
}
