using System.Diagnostics;
using Thaw.Linux;

namespace Thaw.Memory.Tests;

/// <summary>What a region or a memory may not be: each ends its process, so each has one of its own.</summary>
public sealed class GuestRegionTests
{
    private const int AbortedExitCode = 128 + 6; // SIGABRT, as a shell reports it.

    [Theory]
    [InlineData(nameof(MisalignedStart))]
    [InlineData(nameof(MisalignedLength))]
    [InlineData(nameof(EndBehindTheLastAddress))]
    [InlineData(nameof(Overlap))]
    [InlineData(nameof(BitmapsOfDifferentSize))]
    public async Task Invariants_Broken_EndTheProcess(string method)
    {
        (int exitCode, string output) = await RunInChild(method);

        Assert.Equal(AbortedExitCode, exitCode);
        Assert.Contains("Invariant broken", output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public void MisalignedStart() => Region(0x1001, 4096);

    [Fact(Explicit = true)]
    public void MisalignedLength() => Region(0x1000, 4095);

    [Fact(Explicit = true)]
    public void EndBehindTheLastAddress() => Region(0xffff_ffff_ffff_f000, 4096);

    [Fact(Explicit = true)]
    public void Overlap() => _ = new GuestMemory(Region(0x2000, 4096), Region(0x1000, 2 * 4096));

    [Fact(Explicit = true)]
    public void BitmapsOfDifferentSize() => new DirtyBitmap(64).Or(new DirtyBitmap(63));

    private static GuestRegion Region(ulong start, ulong lengthBytes) =>
        new(new GuestAddress(start), SafeMappingHandle.Anonymous(lengthBytes));

    private static async Task<(int ExitCode, string Output)> RunInChild(string method)
    {
        string self = Path.ChangeExtension(typeof(GuestRegionTests).Assembly.Location, null);
        ProcessStartInfo start = new("/bin/sh")
        {
            // No core file; the shell stays to turn the signal into an exit code.
            ArgumentList =
            {
                "-c", "ulimit -c 0; \"$@\"; exit $?", "sh", self, "-explicit", "only", "-noColor",
                "-method", $"{typeof(GuestRegionTests).FullName}.{method}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> error = child.StandardError.ReadToEndAsync();
        await child.WaitForExitAsync();
        return (child.ExitCode, await error + await output);
    }
}
