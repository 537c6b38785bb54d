namespace Thaw.Worker.Images;

/// <summary>The images that microVMs boot from, as full paths.</summary>
/// <param name="KernelPath">The kernel.</param>
/// <param name="KernelVersion">Its release.</param>
/// <param name="InitramfsPath">The initramfs with the agent.</param>
/// <param name="Runtimes">The root image of each runtime.</param>
internal sealed record ImageSet(
    string KernelPath, string KernelVersion, string InitramfsPath, IReadOnlyDictionary<string, string> Runtimes);
