using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Thaw.Dev.Hosts;

namespace Thaw.Dev.Demo;

/// <summary>Publishes the example function, starts it cold once and from its snapshot ten times.</summary>
internal static class DemoRun
{
    /// <summary>The function's name.</summary>
    public const string FunctionName = "hello";

    private const string Example = "examples/hello-python";
    private const string Handler = "app.handler";
    private const int MemoryMiB = 512;
    private const int AloneCount = 6;
    private const int ConcurrentCount = 4;
    private static readonly TimeSpan s_clockDifferenceMax = TimeSpan.FromSeconds(3);

    /// <summary>Runs against a service that is ready.</summary>
    public static async Task<DemoFigures> RunAsync(
        RunningService service, HostChoice choice, string kernel, CancellationToken cancellationToken)
    {
        using var client = new LambdaClient(service.Endpoint);
        await RequireSameTimeAsync(client, cancellationToken);
        await CreateAsync(client, cancellationToken);
        Invocation cold = await StepLog.RunAsync("Cold start: booting a microVM and running init", _ =>
            InvokeAsync(client, "$LATEST", "cold", cancellationToken));

        long publishing = Stopwatch.GetTimestamp();
        string version = await StepLog.RunAsync("Publishing a version: init once, then snapshot", report =>
            client.PublishVersionAsync(FunctionName, report, cancellationToken));
        double publishMs = Stopwatch.GetElapsedTime(publishing).TotalMilliseconds;

        List<Invocation> alone = await StepLog.RunAsync(
            $"{AloneCount} fresh clones, one after the other",
            report => InvokeInTurnAsync(client, version, report, cancellationToken));
        Invocation[] together = await StepLog.RunAsync($"{ConcurrentCount} fresh clones at once", _ =>
            Task.WhenAll(Enumerable.Range(0, ConcurrentCount)
                .Select(_ => InvokeAsync(client, version, "restore", cancellationToken))));

        Dictionary<string, DateTimeOffset> started = await client.StartTimesAsync(FunctionName, cancellationToken);
        CloneFigures[] clones =
        [
            .. alone.Select(i => ToFigures(i, started, concurrent: false)),
            .. together.Select(i => ToFigures(i, started, concurrent: true)),
        ];
        RequireDistinct(clones);
        double median = Median([.. alone.Select(i => i.AnswerMs)]);
        return new DemoFigures
        {
            Host = choice.Name,
            HostReason = choice.Reason,
            Endpoint = service.Endpoint,
            Kernel = kernel,
            MemorySize = MemoryMiB,
            ColdStartMs = cold.AnswerMs,
            ColdStartCpuMs = cold.CpuMs,
            ColdStartPrivateBytes = cold.PrivateBytes,
            PublishMs = Math.Round(publishMs, 1),
            Version = version,
            StartRetries = cold.StartRetries + alone.Concat(together).Sum(i => i.StartRetries),
            AnswerMedianMs = median,
            Speedup = Math.Round(cold.AnswerMs / median, 1),
            Clones = clones,
        };
    }

    /// <summary>Creates the example function, in place of an earlier one.</summary>
    public static Task CreateAsync(LambdaClient client, CancellationToken cancellationToken)
    {
        byte[] package = Package();
        return StepLog.RunAsync($"Creating function {FunctionName} from {Example}", _ =>
            client.CreateFunctionAsync(FunctionName, Handler, MemoryMiB, package, cancellationToken));
    }

    private static async Task<List<Invocation>> InvokeInTurnAsync(
        LambdaClient client, string version, Action<string> report, CancellationToken cancellationToken)
    {
        var done = new List<Invocation>();
        for (int i = 0; i < AloneCount; i++)
        {
            done.Add(await InvokeAsync(client, version, "restore", cancellationToken));
            report($"clone {i + 1} answered after {done[^1].AnswerMs:0.0} ms");
        }

        return done;
    }

    private static async Task<Invocation> InvokeAsync(
        LambdaClient client, string qualifier, string kind, CancellationToken cancellationToken)
    {
        Invocation done = await client.InvokeFreshAsync(
            FunctionName, qualifier, new JsonObject { ["name"] = "Thaw" }, cancellationToken);
        return done.StartKind == kind
            ? done
            : throw new DevException(
                $"{FunctionName}:{qualifier} was to start by '{kind}', the service says '{done.StartKind}'.");
    }

    private static byte[] Package()
    {
        string folder = Path.Combine(Workspace.Root, Example);
        if (!Directory.Exists(folder))
        {
            throw new DevException($"{Example} is missing in this checkout.");
        }

        using var package = new MemoryStream();
        using (var zip = new ZipArchive(package, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*.py", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
            {
                zip.CreateEntryFromFile(file, Path.GetRelativePath(folder, file));
            }
        }

        return package.ToArray();
    }

    private static async Task RequireSameTimeAsync(LambdaClient client, CancellationToken cancellationToken)
    {
        TimeSpan difference = await client.ClockDifferenceAsync(cancellationToken);
        if (difference > s_clockDifferenceMax)
        {
            throw new DevException(
                $"The service's host is {difference.TotalSeconds:0} s away from this machine's time; " +
                "what it says of clocks would mean nothing.");
        }
    }

    private static CloneFigures ToFigures(
        Invocation done, Dictionary<string, DateTimeOffset> started, bool concurrent) => new()
    {
        CloneId = done.CloneId,
        Uuid = Text(done, "uuid"),
        RandomHex = Text(done, "random_hex"),
        WallClockErrorMs = ClockError(done, started),
        RestoreMs = done.RestoreMs,
        AnswerMs = done.AnswerMs,
        CpuMs = done.CpuMs,
        PrivateBytes = done.PrivateBytes,
        Concurrent = concurrent,
    };

    /// <summary>The function's clock has to show a time between request and answer, by the host's clock.</summary>
    private static double ClockError(Invocation done, Dictionary<string, DateTimeOffset> started)
    {
        if (!started.TryGetValue(done.RequestId, out DateTimeOffset from))
        {
            throw new DevException($"The service has no record of invocation '{done.RequestId}'.");
        }

        double saidMs = done.Result["wall_clock_ns"]!.GetValue<long>() / 1e6;
        // Records are kept to the millisecond, cut off.
        double fromMs = from.ToUnixTimeMilliseconds();
        double untilMs = fromMs + done.AnswerMs + 1;
        return Math.Round(Math.Max(0, Math.Max(fromMs - saidMs, saidMs - untilMs)), 3);
    }

    private static string Text(Invocation done, string field) =>
        done.Result[field]?.GetValue<string>()
        ?? throw new DevException($"The function's answer has no '{field}': {done.Result.ToJsonString()}");

    private static void RequireDistinct(CloneFigures[] clones)
    {
        foreach ((string what, Func<CloneFigures, string> of) in ((string, Func<CloneFigures, string>)[])
            [("clone id", c => c.CloneId), ("uuid", c => c.Uuid), ("random bytes", c => c.RandomHex)])
        {
            IGrouping<string, CloneFigures>? same = clones.GroupBy(of).FirstOrDefault(g => g.Count() > 1);
            if (same is not null)
            {
                throw new DevException($"{same.Count()} clones have the same {what}: '{same.Key}'.");
            }
        }
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1
            ? values[values.Length / 2]
            : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }
}
