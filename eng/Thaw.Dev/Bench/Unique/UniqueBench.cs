using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Thaw.Dev.Demo;
using Thaw.Dev.Hosts;

namespace Thaw.Dev.Bench.Unique;

/// <summary>Measures what it costs that clones are unique, against services of its own.</summary>
internal static partial class UniqueBench
{
    private const string Draws = "bench-unique";
    private const string Wiping = "bench-wipe";
    private const int MemoryMib = 256;
    private const int MarkedMib = 64;
    private const int CloneCount = 12;
    private const double UsPerMs = 1000;

    private static readonly string[] s_steps =
        ["entropyUs", "clockUs", "identityUs", "generationUs", "thawUs", "watchersUs"];

    /// <summary>Runs all of it.</summary>
    /// <param name="service">As prepared.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<UniqueFigures> RunAsync(RunningService service, CancellationToken cancellationToken)
    {
        string program = await StepLog.RunAsync("Compiling", _ => Alternatives.BuildAsync(cancellationToken));
        IReadOnlyList<DrawCost> onMachine = await StepLog.RunAsync(
            "Measuring on this machine", _ => Alternatives.RunAsync(program, cancellationToken));
        byte[] package = Package(program);
        ClearingCost without = await MeasureWithoutClearingAsync(service, package, cancellationToken);

        await ServiceHost.StartAsync(service, fresh: true, cancellationToken);
        using var client = new LambdaClient(service.Endpoint);
        (ClearingCost with, string version) = await MeasureClearingAsync(client, package, true, cancellationToken);
        Invocation inMicrovm = await StepLog.RunAsync("Measuring in a microVM", _ => client.InvokeFreshAsync(
            Draws, version, [], cancellationToken));
        JsonObject[] restores = [.. (await client.RecordsAsync(Draws, cancellationToken)).Values
            .Where(record => record["restore"] is not null)];
        (double nothingMs, double markedMs) = await MeasureWipeAsync(service, client, package, cancellationToken);
        double protocolUs = Median(restores.Select(record => s_steps.Sum(step => Timing(record, step))));
        double restoreMs = Median(restores.Select(record => record["restoreMs"]!.GetValue<double>()));
        return new UniqueFigures
        {
            Host = service.Host,
            Draws = [.. onMachine, .. Read(inMicrovm.Result)],
            Clones = restores.Length,
            RestoreMs = Math.Round(restoreMs, 1),
            ProtocolMs = Math.Round(protocolUs / UsPerMs, 3),
            ProtocolPercent = Math.Round(protocolUs / UsPerMs / restoreMs * 100, 2),
            ProtocolStepsUs = s_steps.ToDictionary(
                step => step[..^"Us".Length], step => Median(restores.Select(record => Timing(record, step)))),
            HooksUs = Median(restores.Select(record => Timing(record, "hooksUs"))),
            WipeMsPerMib = Math.Round((markedMs - nothingMs) / MarkedMib, 3),
            WipeNothingMs = nothingMs,
            InitOnFree = [with, without],
        };
    }

    private static IEnumerable<DrawCost> Read(JsonObject result) =>
    [
        .. Alternatives.Read("microvm", result["kernel"]!.AsArray(), ""),
        .. Alternatives.Read("microvm", result["openssl"]!.AsArray(), ""),
        .. Alternatives.Read("microvm", result["provider"]!.AsArray(), ", provider"),
    ];

    private static async Task<ClearingCost> MeasureWithoutClearingAsync(
        RunningService service, byte[] package, CancellationToken cancellationToken)
    {
        RunningService plain = ServiceHost.With(service, "--boot-args", "init_on_free=0");
        await ServiceHost.StartAsync(plain, fresh: true, cancellationToken);
        using var client = new LambdaClient(plain.Endpoint);
        (ClearingCost cost, _) = await MeasureClearingAsync(client, package, false, cancellationToken);
        return cost;
    }

    private static async Task<(ClearingCost Cost, string Version)> MeasureClearingAsync(
        LambdaClient client, byte[] package, bool isOn, CancellationToken cancellationToken)
    {
        await client.CreateFunctionAsync(Draws, "unique.handler", MemoryMib, package, cancellationToken);
        JsonObject memory = new() { ["what"] = "memory" };
        Invocation cold = await StepLog.RunAsync("Cold start", _ => client.InvokeFreshAsync(
            Draws, "$LATEST", (JsonObject)memory.DeepClone(), cancellationToken));
        string version = await StepLog.RunAsync("Publishing", report => client.PublishVersionAsync(
            Draws, report, cancellationToken));
        List<Invocation> clones = await StepLog.RunAsync($"{CloneCount} clones", async _ =>
        {
            List<Invocation> done = [];
            for (int i = 0; i < CloneCount; i++)
            {
                done.Add(await client.InvokeFreshAsync(
                    Draws, version, (JsonObject)memory.DeepClone(), cancellationToken));
            }

            return done;
        });
        double pagesNs = Median(clones.Select(clone => clone.Result["memory"]![0]!["ns"]!.GetValue<double>()));
        double pages = clones[0].Result["pages"]!.GetValue<double>();
        return (
            new ClearingCost(
                isOn, cold.AnswerMs, Median(clones.Select(clone => clone.RestoreMs)), Math.Round(pagesNs / pages, 1)),
            version);
    }

    private static async Task<(double NothingMs, double MarkedMs)> MeasureWipeAsync(
        RunningService service, LambdaClient client, byte[] package, CancellationToken cancellationToken)
    {
        await client.CreateFunctionAsync(Wiping, "wipe.handler", MemoryMib, package, cancellationToken);
        string version = await StepLog.RunAsync(
            $"Publishing with {MarkedMib} MiB to be wiped",
            report => client.PublishVersionAsync(Wiping, report, cancellationToken));
        Invocation clone = await client.InvokeFreshAsync(Wiping, version, [], cancellationToken);
        if (!clone.Result["wiped"]!.GetValue<bool>())
        {
            throw new DevException("A clone sees memory that was to be wiped.");
        }

        string log = await ServiceHost.RunOnHostAsync(service, $"cat '{service.Log}'", cancellationToken);
        return (WipeMs(log, Draws), WipeMs(log, Wiping));
    }

    private static double WipeMs(string log, string function)
    {
        Match line = Published().Matches(log).LastOrDefault(match => match.Groups["name"].Value == function)
            ?? throw new DevException($"The service's log says nothing of the publication of {function}.");
        return double.Parse(line.Groups["ms"].Value, CultureInfo.InvariantCulture);
    }

    private static double Timing(JsonObject record, string step) =>
        record["restore"]![step]?.GetValue<double>() ?? 0;

    private static byte[] Package(string program)
    {
        using var package = new MemoryStream();
        using (var zip = new ZipArchive(package, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntryFromFile(program, Path.GetFileName(program));
            foreach (string file in (string[])["unique.py", "wipe.py"])
            {
                zip.CreateEntryFromFile(Path.Combine(Workspace.Root, Alternatives.Folder, file), file);
            }
        }

        return package.ToArray();
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    [GeneratedRegex(@"Published (?<name>[\w-]+):\d+: .* pages were wiped in (?<ms>[\d.]+) ms")]
    private static partial Regex Published();
}
