using System.Globalization;
using System.Text.Json.Nodes;
using Thaw.Dev.Demo;
using Thaw.Dev.Hosts;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Bench.Starts;

/// <summary>
/// Starts the demonstration's function on a worker that has nothing of it, from a bucket that is made slow: with and
/// without prefetch.
/// </summary>
internal static class StartBench
{
    /// <summary>Clones that are watched before anything is measured; working sets are merged of as many.</summary>
    private const int WatchedCount = 4;

    private static readonly JsonObject s_payload = new() { ["name"] = "Thaw" };

    /// <summary>Measures.</summary>
    /// <param name="choice">The host.</param>
    /// <param name="set">The guest images.</param>
    /// <param name="delays">How long the store holds requests back.</param>
    /// <param name="rounds">How often each kind of start is measured; one after the other.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<StartFigures>> RunAsync(
        HostChoice choice,
        ImageSet set,
        IReadOnlyList<TimeSpan> delays,
        int rounds,
        CancellationToken cancellationToken)
    {
        string program = await S3ServerSteps.InstallAsync(cancellationToken);
        using WorkFolder folder = WorkFolder.Create(Path.Combine(Workspace.State, "bench"), []);
        await using BucketServer bucket = await BucketServer.StartAsync(program, folder.Path, cancellationToken);
        await using DelayingRelay relay = DelayingRelay.Start(bucket.Port);
        ServeSettings settings = SettingsFor(choice, relay.Port);
        RunningService with = await ServiceHost.PrepareAsync(choice, set, cancellationToken, settings);
        RunningService without = await ServiceHost.PrepareAsync(
            choice, set, cancellationToken, settings with { Options = [.. settings.Options, "--no-prefetch"] });
        try
        {
            string version = await PublishAsync(with, cancellationToken);
            List<StartSample> samples = [];
            for (int round = 1; round <= rounds; round++)
            {
                foreach (TimeSpan delay in delays)
                {
                    foreach (RunningService service in (RunningService[])[without, with])
                    {
                        samples.Add(await StepLog.RunAsync(
                            $"Round {round} of {rounds}: store {delay.TotalMilliseconds:0} ms away, prefetch "
                            + (service == with ? "on" : "off"),
                            _ => StartAsync(service, service == with, relay, delay, version, cancellationToken)));
                    }
                }
            }

            return StartSample.Summarise(samples);
        }
        finally
        {
            relay.Delay = TimeSpan.Zero;
            await ServiceHost.StopAsync(with, CancellationToken.None);
        }
    }

    private static ServeSettings SettingsFor(HostChoice choice, int port)
    {
        // The emulated host's gateway is this machine.
        string machine = choice.Kind == HostKind.Kvm ? "127.0.0.1" : "10.0.2.2";
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"http://{machine}:{port}");
        return new ServeSettings(
            ["--store", $"s3://{BucketServer.Bucket}/start", "--s3-endpoint", endpoint],
            new Dictionary<string, string>
            {
                ["AWS_ACCESS_KEY_ID"] = BucketServer.Credential,
                ["AWS_SECRET_ACCESS_KEY"] = BucketServer.Credential,
                ["AWS_EC2_METADATA_DISABLED"] = "true",
            });
    }

    private static async Task<string> PublishAsync(RunningService service, CancellationToken cancellationToken)
    {
        await ServiceHost.StartAsync(service, fresh: true, cancellationToken);
        using var client = new LambdaClient(service.Endpoint);
        await DemoRun.CreateAsync(client, cancellationToken);
        string version = await StepLog.RunAsync("Publishing a version", report =>
            client.PublishVersionAsync(DemoRun.FunctionName, report, cancellationToken));
        await StepLog.RunAsync($"{WatchedCount} clones whose working set is recorded", async report =>
        {
            for (int i = 1; i <= WatchedCount; i++)
            {
                Invocation done = await client.InvokeFreshAsync(
                    DemoRun.FunctionName, version, s_payload, cancellationToken);
                report($"clone {i} answered after {done.AnswerMs:0} ms");
            }
        });
        return version;
    }

    private static async Task<StartSample> StartAsync(
        RunningService service,
        bool prefetch,
        DelayingRelay relay,
        TimeSpan delay,
        string version,
        CancellationToken cancellationToken)
    {
        relay.Delay = TimeSpan.Zero;
        await ServiceHost.StopAsync(service, cancellationToken);
        // What a worker has of versions and of the store; its database and keys stay.
        await ServiceHost.RunOnHostAsync(
            service, $"rm -rf '{service.Data}/cache' '{service.Data}/snapshots' '{service.Data}/pager'",
            cancellationToken);
        await ServiceHost.StartAsync(service, fresh: false, cancellationToken);
        using var client = new LambdaClient(service.Endpoint);
        relay.Delay = delay;
        Invocation done = await client.InvokeFreshAsync(
            DemoRun.FunctionName, version, s_payload, cancellationToken);
        relay.Delay = TimeSpan.Zero;
        JsonObject paging = await client.PagingOfAsync(DemoRun.FunctionName, done.RequestId, cancellationToken);
        return new StartSample(delay, prefetch, done, paging);
    }
}
