using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Clones;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>A version whose files changed behind the service's back.</summary>
public sealed class DamagedSnapshotTests(ThawFixture thaw)
{
    [Theory]
    [InlineData("state", "truncate -s -1 state", "state")]
    [InlineData("state", "printf X | dd of=state bs=1 seek=5000 conv=notrunc", "state")]
    [InlineData("memory", "truncate -s -4096 memory", "memory")]
    [InlineData("memory", "printf X | dd of=memory bs=1 seek=20000000 conv=notrunc", "memory")]
    [InlineData("code.img", "printf X | dd of=code.img bs=1 seek=40 conv=notrunc", "code.img")]
    [InlineData("memory", "rm memory", "memory")]
    public async Task DamagedFile_IsRefusedByName_AndTheRepairedOneServes(string file, string damage, string named)
    {
        string version = await thaw.ProbeVersionAsync();
        string folder = $"{thaw.Service.DataFolder}/snapshots/{ThawFixture.Probe}/{version}";
        // A service that has checked the files trusts them: a new one checks.
        await thaw.Service.StopAsync();
        await thaw.Host.RunAsync($"cd {folder} && cp -p --sparse=always {file} ../saved && {damage} 2>/dev/null");
        try
        {
            await thaw.ServeAsync();

            InvokeResult refused = await thaw.Functions.InvokeAsync(
                ThawFixture.Probe, version, new JsonObject { ["do"] = "describe" }, fresh: true);

            string message = refused.Refused(HttpStatusCode.InternalServerError, "ServiceException");
            Assert.Contains(named, message, StringComparison.Ordinal);
            Assert.Contains($"{ThawFixture.Probe}:{version}", message, StringComparison.Ordinal);
        }
        finally
        {
            await thaw.Service.StopAsync();
            await thaw.Host.RunAsync($"cd {folder} && mv ../saved {file}");
        }

        await thaw.ServeAsync();
        await CloneFacts.DescribeAsync(thaw, version);
    }
}
