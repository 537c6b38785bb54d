using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>Guest kernels that panic.</summary>
public sealed class GuestPanicTests(ThawFixture thaw)
{
    [Fact]
    public async Task PanicAtBoot_IsReportedWithTheConsole()
    {
        // Without an init in the initramfs the kernel looks for a root file system, which there is none of.
        await thaw.Service.EnsureAsync(new ServiceSettings("no-init", "--boot-args rdinit=/nothing"));
        await thaw.Functions.CreateAsync("headless", "probe.py");

        InvokeResult failed = await thaw.Functions.InvokeAsync("headless", "$LATEST", new JsonObject());

        string answer = failed.Refused(HttpStatusCode.InternalServerError, "ServiceException");
        Assert.Contains("Kernel panic - not syncing", answer, StringComparison.Ordinal);
        string console = failed.Json["Console"]!.GetValue<string>();
        Assert.Contains("Unable to mount root fs", console, StringComparison.Ordinal);
        await thaw.Service.UntilAtRestAsync();
    }

    [Fact]
    public async Task PanicDuringAnInvocation_IsReportedWithTheConsole_AndTheNextWorks()
    {
        // This setting has the kernel panic where it would have killed a process for its memory, cgroups included.
        await thaw.Service.EnsureAsync(new ServiceSettings("panic", "--boot-args sysctl.vm.panic_on_oom=2"));
        await thaw.Functions.CreateAsync("hungry", "probe.py", memoryMib: 128);

        InvokeResult failed = await thaw.Functions.InvokeAsync(
            "hungry", "$LATEST", new JsonObject { ["do"] = "allocate", ["mib"] = 240 });

        string answer = failed.Refused(HttpStatusCode.InternalServerError, "ServiceException");
        Assert.Contains("Kernel panic - not syncing", answer, StringComparison.Ordinal);
        Assert.Contains("panic_on_oom", failed.Json["Console"]!.GetValue<string>(), StringComparison.Ordinal);
        InvokeResult next = await thaw.Functions.InvokeAsync(
            "hungry", "$LATEST", new JsonObject { ["do"] = "describe" });
        Assert.Equal("cold", next.Succeeded().StartKind);
    }
}
