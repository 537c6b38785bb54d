using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Hosts;

/// <summary>Hosts that lack something.</summary>
public sealed class ImpededServiceTests(ThawFixture thaw)
{
    [Fact]
    public async Task MissingOrDamagedImage_IsNamed_NothingStarts_AndTheRepairedOneIsSeen()
    {
        string images = $"{thaw.Host.State}/images";
        await thaw.Host.RunAsync($"cp -rL {thaw.Host.Images} {images}");
        await thaw.Service.EnsureAsync(new ServiceSettings("impeded", Images: images));
        await EnsureFunctionAsync();

        await IsNamedAsync(images, "vmlinux", "rm vmlinux");
        await IsNamedAsync(images, "vmlinux", "truncate -s 1000000 vmlinux");
        await IsNamedAsync(images, "python3.13.erofs", "rm python3.13.erofs");
        await IsNamedAsync(images, "initramfs.cpio", "printf XX | dd of=initramfs.cpio bs=1 seek=99999 conv=notrunc");

        JsonObject health = await thaw.Service.GetAsync("/thaw/v1/health");
        Assert.Equal("ok", health["status"]!.GetValue<string>());
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

    private async Task IsNamedAsync(string images, string file, string damage)
    {
        await thaw.Host.RunAsync($"cd {images} && cp -p {file} ../saved && {damage}");
        JsonObject health = await thaw.Service.GetAsync("/thaw/v1/health");
        InvokeResult refused = await thaw.Functions.InvokeAsync("stranded", "$LATEST", new JsonObject());
        await thaw.Host.RunAsync($"cd {images} && mv ../saved {file}");

        Assert.NotEqual("ok", health["status"]!.GetValue<string>());
        Assert.Contains(file, health.ToJsonString(), StringComparison.Ordinal);
        string message = refused.Refused(HttpStatusCode.InternalServerError, "ServiceException");
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Equal(0, (await thaw.Service.WorkerAsync())["microvms"]!.GetValue<int>());
    }

    private async Task EnsureFunctionAsync()
    {
        (HttpStatusCode status, JsonObject answer) = await thaw.Functions.TryCreateAsync("stranded", "probe.py");
        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.ToJsonString());
    }
}
