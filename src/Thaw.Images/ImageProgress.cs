namespace Thaw.Images;

/// <summary>One step of an image build, as it starts or as it goes on.</summary>
/// <param name="Step">What is being built: <c>packages</c>, <c>kernel</c>, <c>initramfs</c>, a runtime's name.</param>
/// <param name="Message">What happens now, as a sentence without its full stop.</param>
public sealed record ImageProgress(string Step, string Message);
