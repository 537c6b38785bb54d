using Thaw.ControlPlane.Tests;
using Thaw.Worker;
using static Thaw.Cli.Tests.CliRun;

namespace Thaw.Cli.Tests;

public sealed class SnapshotCommandTests
{
    [Fact]
    public async Task Tree_DrawsLayersWithTheirWeightAndKey()
    {
        await using CliRun run = await StartAsync();

        Result drawn = await run.ThawAsync("snapshot", "tree");
        Result json = await run.ThawAsync("snapshot", "tree", "--json");

        Assert.Equal((0, ""), (drawn.Code, drawn.Error));
        Assert.Contains("function hello:1", drawn.Out, StringComparison.Ordinal);
        Assert.Contains("39 KiB", drawn.Out, StringComparison.Ordinal);
        Assert.Contains("account/000000000000 ffeeddcc (active)", drawn.Out, StringComparison.Ordinal);
        Assert.Equal(100, json.Json.GetProperty("layers")[0].GetProperty("ownPages").GetInt32());
    }

    [Fact]
    public async Task Show_NamesTheSnapshotAndItsSpaces()
    {
        await using CliRun run = await StartAsync();

        Result shown = await run.ThawAsync("snapshot", "show", "hello:1");
        Result json = await run.ThawAsync("snapshot", "show", "0011", "--json");

        Assert.Equal(0, shown.Code);
        Assert.Contains(FakeSnapshotTree.Layer.Id, shown.Out, StringComparison.Ordinal);
        Assert.Contains("memory", shown.Out, StringComparison.Ordinal);
        Assert.Equal("hello:1", json.Json.GetProperty("layer").GetProperty("name").GetString());
        Assert.Equal(["show hello:1", "show 0011"], run.Host.SnapshotTree.Asked);
    }

    [Fact]
    public async Task Verify_WithProblems_EndsWithOneAndNamesThem()
    {
        await using CliRun run = await StartAsync();

        Result all = await run.ThawAsync("snapshot", "verify", "--all");
        Result one = await run.ThawAsync("snapshot", "verify", "hello:1", "--json");
        Result none = await run.ThawAsync("snapshot", "verify");

        Assert.Equal((1, "thaw: Bad.\n"), (all.Code, all.Error));
        Assert.Equal(1, one.Json.GetProperty("problems").GetArrayLength());
        Assert.Equal((2, "thaw: verify takes an id or --all.\n"), (none.Code, none.Error));
        Assert.Equal(["verify ", "verify hello:1"], run.Host.SnapshotTree.Asked);
    }

    [Fact]
    public async Task Gc_SaysWhatItRemoved()
    {
        await using CliRun run = await StartAsync();

        Result done = await run.ThawAsync("snapshot", "gc", "--grace", "0");
        Result looked = await run.ThawAsync("snapshot", "gc", "--dry-run", "--json");
        Result wrong = await run.ThawAsync("snapshot", "gc", "--grace", "-1");

        Assert.StartsWith("Removed 2 layers and 8 chunks, 78 KiB", done.Out, StringComparison.Ordinal);
        Assert.True(looked.Json.GetProperty("isDryRun").GetBoolean());
        Assert.Equal(2, wrong.Code);
        Assert.Equal(["gc 0 False", "gc 3600 True"], run.Host.SnapshotTree.Asked);
    }

    [Fact]
    public async Task Compact_SaysWhatItLooked()
    {
        await using CliRun run = await StartAsync();

        Result all = await run.ThawAsync("snapshot", "compact");
        Result json = await run.ThawAsync("snapshot", "compact", "--force", "--json");
        Result one = await run.ThawAsync("snapshot", "compact", "hello:1");

        Assert.Equal((0, "Nothing to do: looked at 0 versions.\n"), (all.Code, all.Out));
        Assert.Equal(0, json.Json.GetProperty("compacted").GetArrayLength());
        Assert.NotEqual(0, one.Code);
        Assert.Contains("No version starts from snapshot hello:1", one.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExportAndImport_MoveTheFileWithItsPassphrase()
    {
        await using CliRun run = await StartAsync();
        string file = Path.Combine(run.Directory, "hello.thaw");
        string secret = Path.Combine(run.Directory, "secret");
        await File.WriteAllTextAsync(secret, "schön geheim\n", TestContext.Current.CancellationToken);

        Result exported = await run.ThawAsync(
            "snapshot", "export", "hello:1", "--output", file, "--passphrase-file", secret, "--json");
        Result imported = await run.ThawAsync("snapshot", "import", file, "--passphrase-file", secret);

        Assert.Equal((0, 8), (exported.Code, exported.Json.GetProperty("bytes").GetInt64()));
        Assert.Equal(0, imported.Code);
        Assert.Equal("THAWXPRT"u8.ToArray(), run.Host.SnapshotTree.Imported);
        Assert.Contains("import schön geheim", run.Host.SnapshotTree.Asked);
        Assert.Contains($"export {FakeSnapshotTree.Layer.Id} schön geheim", run.Host.SnapshotTree.Asked);
    }

    [Fact]
    public async Task Import_OfARefusedFile_EndsWithOneAndSaysWhy()
    {
        await using CliRun run = await StartAsync();
        run.Host.SnapshotTree.Failure = new WorkerException(
            WorkerFault.ExportRefused, "The file can't be imported: The export needs its passphrase.");
        string file = Path.Combine(run.Directory, "hello.thaw");
        await File.WriteAllTextAsync(file, "x", TestContext.Current.CancellationToken);

        Result result = await run.ThawAsync("snapshot", "import", file);

        Assert.Equal(1, result.Code);
        Assert.Contains("The export needs its passphrase.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_AreListedRotatedAndRevoked()
    {
        await using CliRun run = await StartAsync();

        Result listed = await run.ThawAsync("key", "list");
        Result rotated = await run.ThawAsync("key", "rotate", "111122223333", "--json");
        Result service = await run.ThawAsync("key", "rotate", "service");
        Result revoked = await run.ThawAsync("key", "revoke", "111122223333", "--json");

        Assert.Contains("service", listed.Out, StringComparison.Ordinal);
        Assert.Equal("active", rotated.Json.GetProperty("state").GetString());
        Assert.Equal(0, service.Code);
        Assert.Equal(1, revoked.Json.GetProperty("keysDestroyed").GetInt32());
        Assert.Equal(
            ["keys", "rotate 111122223333", "rotate ", "revoke 111122223333"], run.Host.SnapshotTree.Asked);
    }

    [Theory]
    [InlineData("--store", "ftp://somewhere")]
    [InlineData("--s3-endpoint", "nonsense")]
    public async Task Serve_WithAStoreThatMakesNoSense_IsAUsageError(string option, string value)
    {
        Result result = await BareAsync("serve", option, value);

        Assert.Equal(2, result.Code);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }
}
