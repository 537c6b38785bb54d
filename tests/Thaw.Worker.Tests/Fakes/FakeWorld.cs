using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Thaw.Protocol;
using Thaw.Store;
using Thaw.Store.S3;

namespace Thaw.Worker.Tests.Fakes;

/// <summary>A worker with a data directory, images, and monitors that follow a test's script.</summary>
internal sealed class FakeWorld : IAsyncDisposable
{
    private readonly bool _ownsDirectory;
    private WorkerDaemon? _worker;

    /// <summary>Makes one.</summary>
    /// <param name="directory">Where; a new directory, gone afterwards, when null.</param>
    /// <param name="images">Images that another one made; its own when null.</param>
    public FakeWorld(string? directory = null, string? images = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("thaw-").FullName;
        System.IO.Directory.CreateDirectory(Directory);
        Images = images ?? MakeImages(Directory);
        CodePath = Path.Combine(Directory, "code.zip");
        File.WriteAllBytes(CodePath, new byte[700]);
        Options = new WorkerOptions
        {
            DataDirectory = Path.Combine(Directory, "data"),
            ImagesDirectory = Images,
            MonitorPath = "/nonexistent/thaw-vmm",
            PooledMonitors = 0,
        };
    }

    private static string MakeImages(string directory)
    {
        string images = System.IO.Directory.CreateDirectory(Path.Combine(directory, "images")).FullName;
        foreach (string name in (string[])["vmlinux", "initramfs.cpio", "python3.13.erofs"])
        {
            File.WriteAllText(Path.Combine(images, name), name);
        }
        File.WriteAllText(Path.Combine(images, "images.json"), """
            {"kernel":"vmlinux","kernelVersion":"6.12","initramfs":"initramfs.cpio",
             "runtimes":{"python3.13":"python3.13.erofs"}}
            """);
        return images;
    }

    public string Directory { get; }

    public string Images { get; }

    public string CodePath { get; }

    public WorkerOptions Options { get; set; }

    /// <summary>Changes how the store is set up.</summary>
    public Func<StoreSetup, StoreSetup> Store { get; init; } = setup => setup;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What workers draw from; null for the system's entropy.</summary>
    public IEntropy? Random { get; init; }

    public ConcurrentQueue<FakeMonitor> Monitors { get; } = new();

    /// <summary>What a monitor answers; null for what a well-behaved one would.</summary>
    public Func<FakeMonitor, string, JsonElement, (int Status, string Text)?> OnApi { get; set; } =
        (_, _, _) => null;

    /// <summary>What a microVM's memory is when a snapshot is taken of it.</summary>
    public Func<FakeMonitor, byte[]> MemoryOf { get; set; } =
        monitor => Encoding.UTF8.GetBytes("memory of " + monitor.Id);

    /// <summary>Whether a microVM comes up.</summary>
    public Func<FakeMonitor, Task<bool>> OnBoot { get; set; } = _ => Task.FromResult(true);

    /// <summary>What the agent says first.</summary>
    public Func<Stream, Task> OnHello { get; set; } = async stream =>
    {
        using FrameWriter writer = new(stream);
        await writer.WriteAsync(new Hello { AgentVersion = "0", ProtocolVersion = ProtocolLimits.Version });
    };

    /// <summary>Answers a frame, or gives false for what a well-behaved agent would.</summary>
    public Func<FakeExchange, Task<bool>> OnFrame { get; set; } = _ => Task.FromResult(false);

    public WorkerDaemon Worker => _worker!;

    public async Task<WorkerDaemon> StartAsync()
    {
        _worker = await WorkerDaemon.StartAsync(
            Options,
            new WorkerParts
            {
                Time = Time,
                Random = Random ?? new SystemEntropy(),
                Store = Store,
                Monitors = directory => new FakeMonitorFactory(this, directory),
            },
            TestContext.Current.CancellationToken);
        return _worker;
    }

    /// <summary>Ends the worker and starts another one on the same data.</summary>
    public async Task<WorkerDaemon> RestartAsync()
    {
        await Worker.DisposeAsync();
        Monitors.Clear();
        return await StartAsync();
    }

    public FunctionSpec Spec(string version = FunctionSpec.Latest, bool snapStart = false, string name = "hello") =>
        new()
    {
        Name = name,
        Version = version,
        RevisionId = $"{name}-{version}",
        Arn = $"arn:aws:lambda:us-east-1:000000000000:function:{name}",
        Runtime = "python3.13",
        Handler = "app.handler",
        MemorySizeMb = 128,
        Timeout = TimeSpan.FromSeconds(3),
        CodePath = CodePath,
        SnapStart = snapStart,
    };

    public InvokeOrder Order(FunctionSpec spec, string payload = "{}", bool fresh = false) => new()
    {
        Spec = spec,
        RequestId = Guid.NewGuid().ToString(),
        Payload = Encoding.UTF8.GetBytes(payload),
        Fresh = fresh,
    };

    public Task<InvokeOutcome> InvokeAsync(FunctionSpec spec, string payload = "{}", bool fresh = false) =>
        Worker.InvokeAsync(Order(spec, payload, fresh), TestContext.Current.CancellationToken);

    /// <summary>Publishes a version that has one snapshot.</summary>
    public async Task<PublishOutcome> PublishAsync(FunctionSpec spec) =>
        Assert.Single(await Worker.PublishAsync(spec, TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
