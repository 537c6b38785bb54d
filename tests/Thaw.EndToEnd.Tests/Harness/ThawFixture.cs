using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Harness;

/// <summary>The host, its service and a published function, shared by all tests.</summary>
public sealed class ThawFixture : IAsyncLifetime
{
    /// <summary>The function that all tests may use and none may change.</summary>
    internal const string Probe = "probe";

    /// <summary>The probe's time limit.</summary>
    internal const int ProbeTimeoutSeconds = 30;

    /// <summary>Emulated guests stall at times while they boot: one more try, which is printed.</summary>
    private const int PublicationsMax = 2;
    private string? _version;

    internal TestHost Host { get; } = TestHost.FromEnvironment();

    internal ThawService Service { get; private set; } = null!;

    internal FunctionClient Functions { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Service = new ThawService(Host);
        Functions = new FunctionClient(Service);
        await Service.StopAsync();
        await Host.RunAsync($"rm -rf {Host.State} && mkdir -p {Host.State}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Service.StopAsync();
        Service.Dispose();
    }

    /// <summary>Has the service run as users run it.</summary>
    internal Task ServeAsync() => Service.EnsureAsync(new ServiceSettings());

    /// <summary>The probe's published version, with its snapshot.</summary>
    internal async Task<string> ProbeVersionAsync()
    {
        await ServeAsync();
        if (_version is null)
        {
            await Functions.CreateAsync(Probe, "probe.py", ProbeTimeoutSeconds);
            _version = await PublishAsync(Probe);
        }

        return _version;
    }

    /// <summary>Publishes a version that has to come about.</summary>
    internal async Task<string> PublishAsync(string name)
    {
        for (int attempt = 1; ; attempt++)
        {
            string version = await Functions.BeginPublishAsync(name);
            JsonObject made = await Functions.UntilPublishedAsync(name, version);
            if (made["State"]!.GetValue<string>() == "Active")
            {
                Assert.Equal("On", made["SnapStart"]!["OptimizationStatus"]!.GetValue<string>());
                return version;
            }

            string reason = made["StateReason"]!.GetValue<string>();
            Assert.True(
                attempt < PublicationsMax && reason.Contains("boot", StringComparison.OrdinalIgnoreCase),
                $"{name} could not be published: {reason}");
            Console.WriteLine($"RETRY A guest did not boot, publishing {name} again: {reason}");
        }
    }
}
