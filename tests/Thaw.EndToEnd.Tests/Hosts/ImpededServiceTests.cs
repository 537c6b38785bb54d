using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Hosts;

/// <summary>Hosts that lack something.</summary>
public sealed class ImpededServiceTests(ThawFixture thaw)
{
    [Theory]
    [InlineData("vmlinux", "rm vmlinux")]
    [InlineData("python3.13.erofs", "rm python3.13.erofs")]
    [InlineData("initramfs.cpio", "printf XX | dd of=initramfs.cpio bs=1 seek=100000 conv=notrunc 2>/dev/null")]
    [InlineData("vmlinux", "truncate -s 1000000 vmlinux")]
    public async Task MissingOrDamagedImage_IsNamed_AndNothingStarts(string file, string damage)
    {
        string images = $"{thaw.Host.State}/images-{Guid.NewGuid():N}";
        await thaw.Host.RunAsync($"cp -rL {thaw.Host.Images} {images} && cd {images} && {damage}");
        await thaw.Service.EnsureAsync(new ServiceSettings("impeded", Images: images));
        await EnsureFunctionAsync();

        JsonObject health = await thaw.Service.GetAsync("/thaw/v1/health");
        InvokeResult refused = await thaw.Functions.InvokeAsync("stranded", "$LATEST", new JsonObject());

        Assert.NotEqual("ok", health["status"]!.GetValue<string>());
        Assert.Contains(file, health.ToJsonString(), StringComparison.Ordinal);
        string message = refused.Refused(HttpStatusCode.InternalServerError, "ServiceException");
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Equal(0, (await thaw.Service.WorkerAsync())["microvms"]!.GetValue<int>());
        await thaw.Service.StopAsync();
        await thaw.Host.RunAsync($"rm -r {images}");
    }

    [Fact]
    public async Task Doctor_OnAHostWithoutKvmAndQemu_SaysSo_AndFails()
    {
        (int code, string output, string error) = await thaw.Host.TryRunAsync(
            $"unshare -m sh -c '{TestHost.HideKvm}; PATH=/nowhere {thaw.Host.Programs}/thaw doctor "
            + $"--images {thaw.Host.Images}'");

        Assert.Equal(1, code);
        Assert.Contains("KVM", output + error, StringComparison.Ordinal);
        Assert.Contains("qemu-system-x86_64", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_OnThisHost_FindsKvmUsable()
    {
        string report = await thaw.Host.RunAsync(
            $"{thaw.Host.Programs}/thaw doctor --json --images {thaw.Host.Images}");

        JsonObject kvm = JsonNode.Parse(report)!["kvm"]!.AsObject();
        Assert.True(kvm["usable"]!.GetValue<bool>(), report);
    }

    [Fact]
    public async Task InvokeOnAHostWithoutKvm_SaysThatItIsMissing()
    {
        await thaw.Service.EnsureAsync(new ServiceSettings("no-kvm", WithKvm: false));
        await EnsureFunctionAsync();

        InvokeResult refused = await thaw.Functions.InvokeAsync("stranded", "$LATEST", new JsonObject());

        string message = refused.Refused(HttpStatusCode.InternalServerError, "ServiceException");
        Assert.Contains("/dev/kvm", message, StringComparison.Ordinal);
        await thaw.Service.UntilAtRestAsync();
    }

    private async Task EnsureFunctionAsync()
    {
        (HttpStatusCode status, JsonObject answer) = await thaw.Functions.TryCreateAsync("stranded", "probe.py");
        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.ToJsonString());
    }
}
