using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Clones;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>A version whose files changed behind the service's back.</summary>
public sealed class DamagedSnapshotTests(ThawFixture thaw)
{
    /// <summary>A place in the guest kernel's code, which no guest is without.</summary>
    private const int KernelCodeOffset = 20_000_000;

    [Theory]
    [InlineData("state", 1)]
    [InlineData("memory", 4096)]
    public Task ShortenedFile_IsRefusedByName_AndTheRepairedOneServes(string file, int bytes) => RefusesAsync(
        file,
        $"tail -c {bytes} {file} > ../saved && truncate -s $(($(wc -c < {file}) - {bytes})) {file}",
        $"cat ../saved >> {file}");

    [Theory]
    [InlineData("state", 5000)]
    [InlineData("memory", KernelCodeOffset)]
    [InlineData("code.img", 40)]
    public Task ChangedByte_IsRefusedByTheFilesName_AndTheRepairedOneServes(string file, int offset) => RefusesAsync(
        file,
        $"dd if={file} of=../saved bs=1 skip={offset} count=1 && tr '\\000-\\377' '\\001-\\377\\000' < ../saved "
        + $"| dd of={file} bs=1 seek={offset} conv=notrunc",
        $"dd if=../saved of={file} bs=1 seek={offset} conv=notrunc");

    [Theory]
    [InlineData("memory")]
    [InlineData("manifest.json")]
    public Task MissingFile_IsRefusedByName_AndTheRepairedOneServes(string file) => RefusesAsync(
        file == "manifest.json" ? "missing" : file, $"mv {file} ../saved", $"mv ../saved {file}");

    private async Task RefusesAsync(string named, string damage, string repair)
    {
        string version = await thaw.ProbeVersionAsync();
        string folder = $"{thaw.Service.DataFolder}/snapshots/{ThawFixture.Probe}/{version}";
        // A service that has checked the files trusts them: a new one checks.
        await thaw.Service.StopAsync();
        await thaw.Host.RunAsync($"cd {folder} && {damage}");
        try
        {
            await thaw.ServeAsync();

            InvokeResult refused = await thaw.Functions.InvokeAsync(
                ThawFixture.Probe, version, new JsonObject { ["do"] = "describe" }, fresh: true);

            string message = refused.Refused(HttpStatusCode.InternalServerError, "ServiceException");
            Assert.Contains(named, message, StringComparison.OrdinalIgnoreCase);
            Assert.Contains($"{ThawFixture.Probe}:{version}", message, StringComparison.Ordinal);
        }
        finally
        {
            await thaw.Host.RunAsync($"cd {folder} && {repair}");
        }

        await CloneFacts.DescribeAsync(thaw, version);
    }
}
