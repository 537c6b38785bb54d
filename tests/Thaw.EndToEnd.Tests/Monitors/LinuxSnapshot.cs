using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;
using Thaw.Protocol;

namespace Thaw.EndToEnd.Tests.Monitors;

/// <summary>
/// A Linux guest with two vCPUs that was booted, had its function initialised and brought to rest, and was
/// snapshotted by hand; the original is there, paused. Made once for all tests that use it.
/// </summary>
public sealed class LinuxSnapshot(ThawFixture thaw) : IAsyncLifetime
{
    private const string BootArguments =
        "console=ttyS0 reboot=t panic=-1 quiet 8250.nr_uarts=1 tsc=reliable cryptomgr.notests init_on_free=1";

    private const int SectorBytes = 512;
    private LinuxMonitor? _original;

    /// <summary>The snapshot's folder on the host: <c>state</c> and <c>memory</c>.</summary>
    internal string Folder { get; } = $"{thaw.Host.State}/m/full";

    internal TestHost Host => thaw.Host;

    private string RootImage => $"{thaw.Host.Images}/python3.13.erofs";

    private string CodeImage => $"{thaw.Host.State}/m/code.img";

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_original is not null)
        {
            await _original.EndAsync();
        }
    }

    /// <summary>The original, after the snapshot was made.</summary>
    internal async Task<LinuxMonitor> OriginalAsync()
    {
        if (_original is null)
        {
            // Two microVMs of other tests at work beside would take the processors.
            await thaw.Service.StopAsync();
            var original = new LinuxMonitor(Host, "original");
            await MakeAsync(original);
            _original = original;
        }

        return _original;
    }

    /// <summary>What loads the snapshot, or a diff upon it, into a fresh monitor.</summary>
    internal JsonObject Load(LinuxMonitor monitor, string? diff = null)
    {
        JsonObject memory = new() { ["backend_type"] = "File", ["backend_path"] = $"{diff ?? Folder}/memory" };
        if (diff is not null)
        {
            memory["base_paths"] = new JsonArray($"{Folder}/memory");
            memory["base_snapshot_paths"] = new JsonArray($"{Folder}/state");
        }

        return new JsonObject
        {
            ["snapshot_path"] = $"{diff ?? Folder}/state",
            ["mem_backend"] = memory,
            ["track_dirty_pages"] = true,
            ["verify_memory"] = true,
            ["resume_vm"] = true,
            ["vsock_override"] = new JsonObject { ["uds_path"] = monitor.Vsock },
        };
    }

    private async Task MakeAsync(LinuxMonitor monitor)
    {
        byte[] package = FunctionClient.Package("probe.py");
        byte[] drive = new byte[(package.Length + SectorBytes - 1) / SectorBytes * SectorBytes];
        package.CopyTo(drive, 0);
        await Host.WriteAsync(CodeImage, drive);
        await monitor.StartAsync();
        await ConfigureAsync(monitor);
        using (AgentChannel hello = monitor.ListenForHello())
        {
            await Poll.UntilAsync(
                "the hello's socket listens",
                async () => (await Host.TryRunAsync($"test -S {monitor.Vsock}_{ProtocolLimits.HelloPort}")).Code == 0);
            await monitor.PutAsync("/actions", new JsonObject { ["action_type"] = "InstanceStart" });
            await hello.ReadAsync<Hello>();
        }

        using AgentChannel agent = await monitor.ConnectAsync();
        (InitDone init, _) = await agent.AskAsync<InitDone>(Function(package.Length));
        Assert.True(init.Ok, init.Error?.ErrorMessage);
        await agent.AskAsync<Quiesced>(new Quiesce { TimeoutMs = 60_000 });
        await monitor.SnapshotAsync(Folder, "Full");
    }

    private async Task ConfigureAsync(LinuxMonitor monitor)
    {
        int at = thaw.Host.ServeOptions.ToList().IndexOf("--boot-args");
        string more = at < 0 ? "" : thaw.Host.ServeOptions[at + 1];
        await monitor.PutAsync(
            "/machine-config",
            new JsonObject { ["vcpu_count"] = 2, ["mem_size_mib"] = 384, ["track_dirty_pages"] = true });
        await monitor.PutAsync("/boot-source", new JsonObject
        {
            ["kernel_image_path"] = $"{Host.Images}/vmlinux",
            ["initrd_path"] = $"{Host.Images}/initramfs.cpio",
            ["boot_args"] = $"{BootArguments} {more}",
        });
        await monitor.PutAsync("/pmem/root", new JsonObject
        {
            ["id"] = "root", ["path_on_host"] = RootImage, ["root_device"] = false, ["read_only"] = true,
        });
        await monitor.PutAsync("/drives/code", new JsonObject
        {
            ["drive_id"] = "code", ["path_on_host"] = CodeImage, ["is_root_device"] = false, ["is_read_only"] = true,
        });
        await monitor.PutAsync("/vsock", new JsonObject { ["guest_cid"] = 3, ["uds_path"] = monitor.Vsock });
        await monitor.PutAsync("/entropy", []);
    }

    private static Configure Function(int codeBytes) => new()
    {
        ProtocolVersion = ProtocolLimits.Version,
        FunctionName = "by-hand",
        FunctionVersion = "1",
        FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:by-hand:1",
        Handler = "probe.handler",
        Runtime = "python3.13",
        TimeoutMs = 60_000,
        InitTimeoutMs = 130_000,
        MemorySizeMb = 256,
        Environment = new Dictionary<string, string>(),
        SnapStart = true,
        CodeSizeBytes = codeBytes,
    };
}
