namespace Thaw.Monitor.Tests.Process;

/// <summary>The whole monitor over /dev/kvm, of whatever kind, with a kernel of a few instructions.</summary>
public sealed class MonitorProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-vmm-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Snapshot_DiffOnFull_RestoresInAnotherMonitor()
    {
        using RunningMonitor first = Boot();
        Assert.Equal("aaa", await first.ReadConsoleAsync(3));
        Assert.Equal(400, Create(first, "Full", "0").Status);
        first.Call("PATCH", "/vm", """{"state":"Paused"}""");
        Assert.Equal(204, Create(first, "Full", "0").Status);
        Assert.Equal(204, Create(first, "Diff", "1").Status);
        first.Call("PATCH", "/vm", """{"state":"Resumed"}""");

        using RunningMonitor clone = RunningMonitor.Start(Path.Combine(_folder, "clone"));
        clone.Call("PUT", "/snapshot/load", $$"""
            {"snapshot_path":"{{In("s1")}}","resume_vm":true,"verify_memory":true,
             "mem_backend":{"backend_type":"File","backend_path":"{{In("m1")}}",
              "base_paths":["{{In("m0")}}"],"base_snapshot_paths":["{{In("s0")}}"]}
            }
            """);

        Assert.Equal("aaa", await clone.ReadConsoleAsync(3));
        Assert.Equal("aaa", await first.ReadConsoleAsync(3));
        Assert.Contains("\"state\":\"Running\"", clone.Call("GET", "/"), StringComparison.Ordinal);
        Assert.Contains("\"mem_size_mib\":32", clone.Call("GET", "/machine-config"), StringComparison.Ordinal);
        Assert.Contains("\"exits\":", clone.Call("GET", "/vm/stats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadSnapshot_DamagedStateFile_IsAnsweredAndEndsTheMonitor()
    {
        using RunningMonitor first = Boot();
        Assert.Equal("a", await first.ReadConsoleAsync(1));
        first.Call("PATCH", "/vm", """{"state":"Paused"}""");
        Assert.Equal(204, Create(first, "Full", "0").Status);
        byte[] state = File.ReadAllBytes(In("s0"));
        state[^1000] ^= 1;
        File.WriteAllBytes(In("s0"), state);

        using RunningMonitor clone = RunningMonitor.Start(Path.Combine(_folder, "clone"));
        (int status, string body) = clone.TryCall("PUT", "/snapshot/load", $$"""
            {"snapshot_path":"{{In("s0")}}","mem_backend":{"backend_type":"File","backend_path":"{{In("m0")}}"}
            }
            """);
        clone.WaitForExit();

        Assert.Equal(400, status);
        Assert.Contains("the file says", body, StringComparison.Ordinal);
        Assert.Equal(1, clone.ExitCode);
    }

    [Fact]
    public void Start_KernelThatIsNone_IsRefusedAndMayBeTriedAgain()
    {
        using RunningMonitor monitor = RunningMonitor.Start(Path.Combine(_folder, "vm"));
        File.WriteAllText(In("kernel"), "this is no kernel");
        monitor.Call("PUT", "/boot-source", $$"""{"kernel_image_path":"{{In("kernel")}}"}""");

        (int status, string body) = monitor.TryCall("PUT", "/actions", """{"action_type":"InstanceStart"}""");
        File.WriteAllBytes(In("kernel"), TinyKernel.ToElf());
        monitor.Call("PUT", "/actions", """{"action_type":"InstanceStart"}""");

        Assert.Equal(400, status);
        Assert.Contains("Start microvm error", body, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"Running\"", monitor.Call("GET", "/"), StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_AfterTheEnd_LeavesNoSocket()
    {
        RunningMonitor monitor = Boot();
        monitor.Dispose();

        Assert.Equal(0, monitor.ExitCode);
        Assert.False(File.Exists(monitor.In("api.sock")));
    }

    private RunningMonitor Boot()
    {
        File.WriteAllBytes(In("kernel"), TinyKernel.ToElf());
        RunningMonitor monitor = RunningMonitor.Start(Path.Combine(_folder, "vm"));
        monitor.Call("PUT", "/machine-config", """{"vcpu_count":2,"mem_size_mib":32,"track_dirty_pages":true}""");
        monitor.Call("PUT", "/boot-source", $$"""{"kernel_image_path":"{{In("kernel")}}"}""");
        monitor.Call("PUT", "/entropy", "{}");
        monitor.Call("PUT", "/actions", """{"action_type":"InstanceStart"}""");
        return monitor;
    }

    private (int Status, string Body) Create(RunningMonitor monitor, string kind, string name) =>
        monitor.TryCall("PUT", "/snapshot/create", $$"""
            {"snapshot_type":"{{kind}}","snapshot_path":"{{In("s" + name)}}","mem_file_path":"{{In("m" + name)}}"}
            """);

    private string In(string name) => Path.Combine(_folder, name);
}
