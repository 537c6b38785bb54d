using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Clones;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Memory;

/// <summary>Snapshots as layers of the store, and clones whose memory comes from images that they share.</summary>
public sealed class SharedMemoryTests(ThawFixture thaw)
{
    private const string Sibling = "sibling";

    /// <summary>What a function may add to the store, and a start move, in per cent of the guest's memory.</summary>
    private const double OwnPercentMax = 5;

    /// <summary>The least share of two versions' clean pages that they have in common, in per cent.</summary>
    private const double SharedPercentMin = 80;

    [Fact]
    public async Task TwoFunctionsOfOneRuntime_LieOverTheSameLayers_AndStoreOnlyTheirOwn()
    {
        string version = await thaw.ProbeVersionAsync();
        string sibling = await SiblingAsync();

        JsonObject[] layers = await LayersAsync();
        JsonObject first = Named(layers, $"{ThawFixture.Probe}:{version}");
        JsonObject second = Named(layers, $"{Sibling}:{sibling}");
        JsonObject runtime = layers.Single(layer => Text(layer, "id") == Text(first, "parentId"));
        JsonObject boot = layers.Single(layer => Text(layer, "id") == Text(runtime, "parentId"));

        Assert.Equal(Text(runtime, "id"), Text(second, "parentId"));
        Assert.Equal(("runtime", "boot"), (Text(runtime, "kind"), Text(boot, "kind")));
        Assert.Equal(("service", "service"), (Text(runtime, "keyspace"), Text(boot, "keyspace")));
        foreach (JsonObject layer in (JsonObject[])[first, second])
        {
            double percent = 100.0 * Number(layer, "bytesStored") / Number(layer, "guestBytes");
            Assert.InRange(percent, 0, OwnPercentMax);
        }
    }

    [Fact]
    public async Task StartOfAVersionWhoseMemoryIsNotHere_MovesLittle_AndPrefetchesWhatWasLearnt()
    {
        string version = await thaw.ProbeVersionAsync();
        await CloneFacts.DescribeAsync(thaw, version);
        string folder = $"{thaw.Service.DataFolder}/snapshots/{ThawFixture.Probe}";
        await thaw.Service.StopAsync();
        await thaw.Host.RunAsync($"rm -r {folder}");
        await thaw.ServeAsync();

        InvokeResult clone = await CloneFacts.DescribeAsync(thaw, version);

        JsonObject record = (await thaw.Functions.RecordsAsync(ThawFixture.Probe))[clone.RequestId];
        JsonObject paging = record["paging"]!.AsObject();
        double percent = 100.0 * Number(paging, "bytesMoved") / Number(paging, "guestBytes");
        Assert.InRange(percent, 0.01, OwnPercentMax);
        Assert.InRange(Number(paging, "prefetched"), 100, long.MaxValue);
        Assert.InRange(paging["hitRate"]!.GetValue<double>(), 0.5, 1);
        Assert.Equal("0", await thaw.Host.RunAsync($"ls {folder}/{version} | grep -c memory || true"));
    }

    [Fact]
    public async Task ClonesOfTwoVersions_ShareTheirCleanPages()
    {
        string version = await thaw.ProbeVersionAsync();
        string sibling = await SiblingAsync();
        await InvokeAsync(ThawFixture.Probe, version, "describe");
        await InvokeAsync(Sibling, sibling, "describe");

        // Clean pages of the guest's memory and of its root image, by the file's inode, for each monitor: "inode KiB".
        string text = await thaw.Host.RunAsync(
            """
            for pid in $(pidof thaw-vmm); do
              echo "- 0"
              awk '/^[0-9a-f]+-[0-9a-f]+ /{inode=($6 ~ /thaw-layer|erofs$/) ? $5 : ""}
                /^Rss:/{if (inode) kib[inode]+=$2}
                /^Private_Dirty:/{if (inode) kib[inode]-=$2}
                END{for (i in kib) print i, kib[i]}' /proc/$pid/smaps
            done
            """);
        Dictionary<string, long>[] clones =
        [
            .. text.Split("- 0", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(Parse),
        ];

        // One image more than what both have: each has its own leaf.
        Dictionary<string, long>[] pair = Pair(clones);
        long all = pair.Sum(clone => clone.Values.Sum());
        long shared = pair.Sum(clone => clone.Where(image => pair.All(other => other.ContainsKey(image.Key)))
            .Sum(image => image.Value));
        double percent = 100.0 * shared / all;
        TestContext.Current.SendDiagnosticMessage($"{percent:F1} % of {all} KiB clean pages are of common images");
        Assert.InRange(percent, SharedPercentMin, 100);
    }

    [Fact]
    public async Task PagerKilled_EndsItsClonesWithAnError_AndTheNextStartHasANewOne()
    {
        string version = await thaw.ProbeVersionAsync();
        await InvokeAsync(ThawFixture.Probe, version, "describe");

        Task<InvokeResult> running = thaw.Functions.InvokeAsync(
            ThawFixture.Probe, version, new JsonObject { ["do"] = "wait", ["seconds"] = 25 });
        await Poll.UntilAsync("the clone is at work", async () =>
        {
            JsonObject worker = await thaw.Service.WorkerAsync();
            return worker["microvms"]!.GetValue<int>() > worker["idle"]!.GetValue<int>();
        });
        await thaw.Host.RunAsync("kill -KILL $(pidof thaw-pager)");
        InvokeResult failed = await running;
        InvokeResult next = await CloneFacts.DescribeAsync(thaw, version);

        string message = failed.Refused(HttpStatusCode.InternalServerError, "ServiceException");
        Assert.Contains("pager", message, StringComparison.Ordinal);
        Assert.Equal("restore", next.StartKind);
    }

    [Fact]
    public async Task WhatAFunctionHasInMemory_IsNowhereOnDiskInPlain()
    {
        string version = await thaw.ProbeVersionAsync();
        string data = thaw.Service.DataFolder;
        // Made by init: it is in the function's memory, not in its package.
        string marker = (await CloneFacts.DescribeAsync(thaw, version)).Json["marker"]!.GetValue<string>();

        Assert.Equal("", await thaw.Host.RunAsync(
            $"grep -rl {marker} {data}/snapshots {data}/store {data}/functions || true"));

        // It would have been found.
        await thaw.Service.StopAsync();
        await thaw.Service.EnsureAsync(new ServiceSettings(Options: "--memory files"));
        await CloneFacts.DescribeAsync(thaw, version);
        Assert.Contains(
            "/memory", await thaw.Host.RunAsync($"grep -rl {marker} {data}/snapshots"), StringComparison.Ordinal);
        await thaw.Service.StopAsync();
        await thaw.Host.RunAsync($"rm -r {data}/snapshots/{ThawFixture.Probe}");
    }

    private async Task<string> SiblingAsync()
    {
        JsonObject[] layers = await LayersAsync();
        if (layers.Select(layer => (string?)layer["name"]).FirstOrDefault(name => name?.StartsWith(
            Sibling + ":", StringComparison.Ordinal) == true) is { } there)
        {
            return there[(Sibling.Length + 1)..];
        }

        await thaw.Functions.CreateAsync(Sibling, "probe.py", ThawFixture.ProbeTimeoutSeconds);
        return await thaw.PublishAsync(Sibling);
    }

    private async Task InvokeAsync(string name, string version, string action) =>
        (await thaw.Functions.InvokeAsync(name, version, new JsonObject { ["do"] = action })).Succeeded();

    private async Task<JsonObject[]> LayersAsync() =>
        [.. (await thaw.Service.GetAsync("/thaw/v1/snapshots/tree"))["layers"]!.AsArray().Select(l => l!.AsObject())];

    private static JsonObject Named(JsonObject[] layers, string name) =>
        layers.Single(layer => (string?)layer["name"] == name);

    private static Dictionary<string, long> Parse(string lines) => lines
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' '))
        .ToDictionary(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture));

    /// <summary>Two clones of different versions: all but one image in common.</summary>
    private static Dictionary<string, long>[] Pair(Dictionary<string, long>[] clones)
    {
        foreach (Dictionary<string, long> one in clones)
        {
            foreach (Dictionary<string, long> other in clones)
            {
                if (one.Keys.Except(other.Keys).Count() == 1 && other.Keys.Except(one.Keys).Count() == 1)
                {
                    return [one, other];
                }
            }
        }

        Assert.Fail($"No two of {clones.Length} monitors have clones of different versions.");
        return [];
    }

    private static string? Text(JsonObject layer, string name) => (string?)layer[name];

    private static long Number(JsonObject layer, string name) => layer[name]!.GetValue<long>();
}
