using System.IO.Compression;
using System.Text;
using Thaw.Protocol;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests.Checks;

/// <summary>Checks of a version whose microVMs' memory is written by these tests.</summary>
public sealed class FunctionChecksTests : IAsyncLifetime
{
    private const int MemoryBytes = 64 * 1024;
    private const int ValueBytes = 48;
    private readonly FakeWorld _world = new();
    private readonly List<string> _kinds = [];
    private FunctionSpec _spec = null!;

    /// <summary>What is in a microVM's memory, by whether it is the snapshot's, a clone's or the control's.</summary>
    private Action<string, byte[]> _fill = (_, _) => { };

    /// <summary>Whether the version's files go once its clones have run.</summary>
    private bool _removesFiles;

    /// <summary>What a microVM answers, by the same.</summary>
    private Func<bool, string> _answer = _ => "{}";

    public async ValueTask InitializeAsync()
    {
        using (ZipArchive package = ZipFile.Open(_world.CodePath + ".zip", ZipArchiveMode.Create))
        {
            await using Stream file = await package.CreateEntry("app.py").OpenAsync(
                TestContext.Current.CancellationToken);
            await file.WriteAsync("TOKEN = 'in the package'"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        File.Move(_world.CodePath + ".zip", _world.CodePath, overwrite: true);
        _world.OnApi = (monitor, request, body) =>
        {
            if (request != "PUT /snapshot/create")
            {
                return null;
            }

            // A version is published from a clone of the base; the control boots by itself.
            string kind = monitor.IsClone ? "clone"
                : monitor.IsRuntime ? "base"
                : monitor.WasLoaded ? "snapshot"
                : _kinds.Count == 0 ? "base" : "control";
            if (kind == "control" && _removesFiles)
            {
                RemoveFiles();
            }

            _kinds.Add($"{kind} {body.GetProperty("snapshot_type").GetString()}");
            byte[] memory = new byte[MemoryBytes];
            _fill(kind, memory);
            File.WriteAllText(body.GetProperty("snapshot_path").GetString()!, "state");
            File.WriteAllBytes(body.GetProperty("mem_file_path").GetString()!, memory);
            return (204, "");
        };
        _world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Invoke invoke)
            {
                return false;
            }

            InvokeDone done = new() { RequestId = invoke.RequestId, Ok = true, Reusable = true, DurationMs = 1 };
            await exchange.Writer.WriteAsync(done, Encoding.UTF8.GetBytes(_answer(exchange.Monitor.IsClone)));
            return true;
        };
        await _world.StartAsync();
        _spec = _world.Spec("1", snapStart: true);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    // Its files may be on this machine, or in the store only.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unique_ValueInTwoClonesMemoryOnly_IsReportedWithItsPlaceAndText(bool inStoreOnly)
    {
        _removesFiles = inStoreOnly;
        int clones = 0;
        _fill = (kind, memory) =>
        {
            if (kind == "snapshot")
            {
                Value(seed: 2).CopyTo(memory, 20000);
            }
            if (kind == "clone")
            {
                Value(seed: 2).CopyTo(memory, 16384);
                "session key"u8.CopyTo(memory.AsSpan(4096));
                Value(seed: 1).CopyTo(memory, 4112);
                Value(seed: 100 + clones++).CopyTo(memory, 8192);
            }
        };

        UniquenessReport report = await CheckUniqueAsync(clones: 3);

        RepeatedValue repeated = Assert.Single(report.Repeated);
        Assert.Equal(Convert.ToHexStringLower(Value(seed: 1)), repeated.Value);
        Assert.All(repeated.Places, place => Assert.Equal(("memory", 4112L), (place.Where, place.Offset)));
        Assert.Equal(2, repeated.Places.Select(place => place.CloneId).Distinct().Count());
        Assert.Equal("session key", repeated.Nearby);
        Assert.Equal((3, 3 * 12288L), (report.CloneIds.Count, report.WrittenBytes));
        Assert.Equal(
            [
                "base Full", "base Full", "snapshot Full", "clone Diff", "clone Diff", "clone Diff", "control Full",
            ],
            _kinds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unique_ValueInMemory_IsReportedWithWhatTheGuestSaysOfItsPlace(bool saysIt)
    {
        Func<FakeExchange, Task<bool>> others = _world.OnFrame;
        _world.OnFrame = async exchange =>
        {
            if (exchange.Frame.Message is not Locate)
            {
                return await others(exchange);
            }
            Assert.Equal("PATCH /vm", exchange.Monitor.Requests.Last().Request);
            MappedMemory memory = new(
                [new MappedRegion(12, "python3.13", 0x5000, "rw-p", "[heap]")], [new MappedRun(0, 2, 1, 1)]);
            await exchange.Writer.WriteAsync(new Located(), saysIt ? memory.Encode() : "nonsense"u8.ToArray());
            return true;
        };
        _fill = (kind, memory) =>
        {
            if (kind == "clone")
            {
                Value(seed: 1).CopyTo(memory, 4112);
            }
        };

        UniquenessReport report = await CheckUniqueAsync(clones: 2);

        string? expected = saysIt ? "process 12 (python3.13) [heap]+0x2010 rw-p" : null;
        Assert.All(
            Assert.Single(report.Repeated).Places, place => Assert.Equal(expected, place.Location?.ToString()));
    }

    [Fact]
    public async Task Unique_WhatTheSnapshotOrTheControlHasToo_IsNotReported()
    {
        _fill = (kind, memory) =>
        {
            switch (kind)
            {
                case "snapshot":
                    Value(seed: 1).CopyTo(memory, 1003);
                    break;
                case "clone":
                    Value(seed: 1).CopyTo(memory, 4096);
                    Value(seed: 2).CopyTo(memory, 8192);
                    break;
                default:
                    Value(seed: 2).CopyTo(memory, 555);
                    break;
            }
        };

        UniquenessReport report = await CheckUniqueAsync(clones: 2);

        Assert.True(report.IsUnique, string.Join(' ', report.Repeated.Select(value => value.Value)));
    }

    [Fact]
    public async Task Unique_SameIdInAnswers_IsReportedUnlessInitMadeIt()
    {
        byte[] made = Value(seed: 5)[..16];
        string fromInit = Convert.ToHexStringLower(made);
        _fill = (kind, memory) => made.CopyTo(memory, kind == "snapshot" ? 77 : 99);
        _answer = isClone => isClone
            ? $$"""{"repeats":"0123456789abcdef0123","init":"{{fromInit}}","constant":"build-20261122-7"}"""
            : """{"repeats":"fedcba98765432103210","init":"00112233445566778899","constant":"build-20261122-7"}""";

        UniquenessReport report = await CheckUniqueAsync(clones: 2);

        Assert.Equal("0123456789abcdef0123", Assert.Single(report.Repeated).Value);
        Assert.Equal(fromInit, Assert.Single(report.FromSnapshot).Value);
    }

    [Fact]
    public async Task Unique_AfterwardsNoMemoryIsLeft()
    {
        await CheckUniqueAsync(clones: 2);

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_world.Options.DataDirectory, "checks")));
        Assert.Equal(0, _world.Worker.Status.Microvms);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Secrets_InMemoryAndInThePackage_AreFoundWhereTheyAre(bool inStoreOnly)
    {
        _fill = (_, memory) => "hunter2hunter2"u8.CopyTo(memory.AsSpan(5000));
        await PublishAsync();
        if (inStoreOnly)
        {
            RemoveFiles();
        }

        SecretsReport report = await _world.Worker.Checks.CheckSecretsAsync(new SecretsOrder
        {
            Spec = _spec,
            Secrets =
            [
                new NamedSecret("password", "hunter2hunter2"u8.ToArray()),
                new NamedSecret("token", "in the package"u8.ToArray()),
                new NamedSecret("other", "is nowhere at all"u8.ToArray()),
            ],
        }, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                new FoundSecret("password", "raw", "memory", 5000),
                new FoundSecret("token", "raw", "code.img: app.py", 9),
            ],
            report.Found);
        Assert.Equal(["memory", "state", "code.img", "code.img: app.py"], report.Files);
    }

    [Fact]
    public async Task Secrets_DamagedInTheStore_IsAnErrorAndNotAPass()
    {
        _fill = (_, memory) => "hunter2hunter2"u8.CopyTo(memory.AsSpan(5000));
        await PublishAsync();
        RemoveFiles();
        foreach (string chunk in Directory.GetFiles(
            Path.Combine(_world.Options.DataDirectory, "store", "chunks"), "*", SearchOption.AllDirectories))
        {
            byte[] bytes = await File.ReadAllBytesAsync(chunk, TestContext.Current.CancellationToken);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(chunk, bytes, TestContext.Current.CancellationToken);
        }

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => _world.Worker.Checks.CheckSecretsAsync(
                new SecretsOrder
                {
                    Spec = _spec,
                    Secrets = [new NamedSecret("password", "hunter2hunter2"u8.ToArray())],
                },
                TestContext.Current.CancellationToken));

        Assert.Equal(WorkerFault.SnapshotInvalid, failure.Fault);
    }

    [Fact]
    public async Task Publish_SnapshotWouldHoldAForbiddenSecret_ThereIsNoneAndNothingIsStored()
    {
        await PublishAsync();
        string[] before = StoredChunks();
        _fill = (kind, memory) => "hunter2hunter2"u8.CopyTo(memory.AsSpan(kind == "snapshot" ? 5000 : 0));
        FunctionSpec second = _world.Spec("2", snapStart: true) with
        {
            ForbiddenSecrets = [new NamedSecret("password", "hunter2hunter2"u8.ToArray())],
        };

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(() => _world.PublishAsync(second));

        Assert.Equal(WorkerFault.SecretFound, failure.Fault);
        Assert.Contains("password (raw) in memory", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, StoredChunks());
        Assert.Empty(Directory.GetFileSystemEntries(
            Path.Combine(_world.Options.DataDirectory, "snapshots", ".unfinished")));
        Assert.DoesNotContain(_world.Worker.ListSnapshots(), snapshot => snapshot.Version == "2");
    }

    [Fact]
    public async Task Secrets_VersionWithoutSnapshot_IsAnError()
    {
        SecretsOrder order = new()
        {
            Spec = _spec,
            Secrets = [new NamedSecret("password", "hunter2hunter2"u8.ToArray())],
        };

        WorkerException failure = await Assert.ThrowsAsync<WorkerException>(
            () => _world.Worker.Checks.CheckSecretsAsync(order, TestContext.Current.CancellationToken));

        Assert.Equal(WorkerFault.SnapshotInvalid, failure.Fault);
    }

    [Fact]
    public async Task Secrets_InOneVariantOnly_AreFoundInIt()
    {
        _spec = _spec with { Variants = 3 };
        int made = 0;
        _fill = (kind, memory) =>
        {
            if (kind == "snapshot" && ++made == 2)
            {
                "hunter2hunter2"u8.CopyTo(memory.AsSpan(5000));
            }
        };
        await PublishAsync();

        SecretsReport report = await _world.Worker.Checks.CheckSecretsAsync(new SecretsOrder
        {
            Spec = _spec,
            Secrets = [new NamedSecret("password", "hunter2hunter2"u8.ToArray())],
        }, TestContext.Current.CancellationToken);

        Assert.Equal([new FoundSecret("password", "raw", "memory of hello:1.2", 5000)], report.Found);
        Assert.Equal((3 * 3) + 1, report.Files.Count);
    }

    [Fact]
    public async Task Unique_OfVariants_ComparesTwoClonesOfEachWithTheirOwnSnapshot()
    {
        _spec = _spec with { Variants = 2 };
        int made = 0;
        int clones = 0;
        _fill = (kind, memory) =>
        {
            if (kind == "snapshot")
            {
                Value(seed: 10 + ++made).CopyTo(memory, 4096);
            }
            if (kind == "clone")
            {
                int variant = 1 + (clones++ / 2);
                Value(seed: 10 + variant).CopyTo(memory, 4096);
                Value(seed: 20 + variant).CopyTo(memory, 8192);
            }
        };

        UniquenessReport report = await CheckUniqueAsync(clones: 4);

        // What is at 4096 is each variant's own; at 8192, two clones of each came to the same.
        Assert.Equal(
            [Convert.ToHexStringLower(Value(seed: 21)), Convert.ToHexStringLower(Value(seed: 22))],
            report.Repeated.OrderBy(value => value.Places[0].CloneId == report.CloneIds[0] ? 0 : 1)
                .Select(value => value.Value));
    }

    private async Task<UniquenessReport> CheckUniqueAsync(int clones)
    {
        await PublishAsync();
        return await _world.Worker.Checks.CheckUniqueAsync(new UniquenessOrder
        {
            Spec = _spec,
            Control = _spec with { SnapStart = false },
            Clones = clones,
            Payload = "{}"u8.ToArray(),
        }, TestContext.Current.CancellationToken);
    }

    private string[] StoredChunks() =>
    [
        .. Directory.GetFiles(
            Path.Combine(_world.Options.DataDirectory, "store", "chunks"), "*", SearchOption.AllDirectories).Order(),
    ];

    private async Task PublishAsync() =>
        _spec = _spec with
        {
            SnapshotIds =
            [
                .. (await _world.Worker.PublishAsync(_spec, TestContext.Current.CancellationToken))
                    .Select(outcome => outcome.SnapshotId),
            ],
        };

    private void RemoveFiles() =>
        Directory.Delete(Path.Combine(_world.Options.DataDirectory, "snapshots", _spec.Name), recursive: true);

    private static byte[] Value(int seed)
    {
        byte[] bytes = new byte[ValueBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
