using Thaw.Monitor.Control;
using Thaw.Monitor.Http;

namespace Thaw.Monitor.Tests.Api;

public sealed class RuntimeApiTests : ApiFixture
{
    private const string PostBoot = "The requested operation is not supported after starting the microVM.";

    [Fact]
    public void Start_Succeeds_StateIsRunning()
    {
        StartMicrovm();

        Assert.Equal(["start"], Controller.Calls);
        Assert.Contains("\"state\":\"Running\"", Get("/"), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_Fails_MayBeTriedAgain()
    {
        AssertDone(Put("/boot-source", $$"""{"kernel_image_path":"{{ExistingFile}}"}"""));
        Controller.NextResult = ControlResult.Failed("Start microvm error: no memory");
        AssertFault("Start microvm error: no memory", Put("/actions", """{"action_type":"InstanceStart"}"""));
        Controller.NextResult = ControlResult.Done;

        AssertDone(Put("/actions", """{"action_type":"InstanceStart"}"""));
    }

    [Theory]
    [InlineData("/boot-source", """{"kernel_image_path":"/x"}""")]
    [InlineData("/machine-config", """{"vcpu_count":1,"mem_size_mib":1}""")]
    [InlineData("/vsock", """{"guest_cid":3,"uds_path":"/x"}""")]
    [InlineData("/entropy", "{}")]
    [InlineData("/serial", "{}")]
    [InlineData("/logger", "{}")]
    [InlineData("/metrics", """{"metrics_path":"/x"}""")]
    [InlineData("/actions", """{"action_type":"InstanceStart"}""")]
    [InlineData("/snapshot/load", """{"snapshot_path":"/s","mem_file_path":"/m"}""")]
    public void Put_AfterStart_IsRefused(string path, string body)
    {
        StartMicrovm();

        AssertFault(PostBoot, Put(path, body));
    }

    [Fact]
    public void Vm_PausedThenResumed_ReachesTheController()
    {
        StartMicrovm();

        AssertDone(Patch("/vm", """{"state":"Paused"}"""));
        Assert.Contains("\"state\":\"Paused\"", Get("/"), StringComparison.Ordinal);
        AssertDone(Patch("/vm", """{"state":"Resumed"}"""));

        Assert.Equal(["start", "pause", "resume"], Controller.Calls);
    }

    [Fact]
    public void CreateSnapshot_NeedsAPausedMicrovm()
    {
        const string Diff = """{"snapshot_type":"Diff","snapshot_path":"/s","mem_file_path":"/m"}""";
        const string Full = """{"snapshot_path":"/s","mem_file_path":"/m"}""";
        StartMicrovm();

        Assert.Equal(400, Put("/snapshot/create", Full).Status);
        AssertDone(Patch("/vm", """{"state":"Paused"}"""));
        AssertDone(Put("/snapshot/create", Full));
        AssertDone(Put("/snapshot/create", Diff));

        Assert.Equal(["start", "pause", "create Full", "create Diff"], Controller.Calls);
    }

    [Fact]
    public void LoadSnapshot_WithEverything_ReachesTheController()
    {
        AssertDone(Put("/snapshot/load", """
            {"snapshot_path":"/s","mem_backend":{"backend_path":"/m","backend_type":"File",
             "base_paths":["/b0","/b1"],"base_snapshot_paths":["/s0","/s1"]},
             "track_dirty_pages":true,"resume_vm":true,"vsock_override":{"uds_path":"/v"},"clock_realtime":true,
             "verify_memory":true,"pmem_overrides":[{"id":"root","path_on_host":"/r"}],
             "drive_overrides":[{"id":"code","path_on_host":"/c"}],"vmgenid":"00112233445566778899aabbccddeeff",
             "allow_other_kernel":true}
            """));

        Assert.Equal(["/b0", "/b1"], Controller.LoadedMemory!.BasePaths);
        Assert.Equal("/v", Controller.Loaded!.VsockOverride!.UdsPath);
        Assert.Equal("/r", Controller.Loaded.PmemOverrides.Single().PathOnHost);
        Assert.Equal("code", Controller.Loaded.DriveOverrides.Single().Id);
        Assert.True(Controller.Loaded.VerifyMemory && Controller.Loaded.AllowOtherKernel);
        Assert.Contains("\"state\":\"Running\"", Get("/"), StringComparison.Ordinal);
    }

    [Fact]
    public void LoadSnapshot_DeprecatedFields_StillWork()
    {
        HttpResponse response = Put(
            "/snapshot/load", """{"snapshot_path":"/s","mem_file_path":"/m","enable_diff_snapshots":true}""");

        AssertDone(response);
        Assert.True(response.IsDeprecated);
        Assert.Equal("/m", Controller.LoadedMemory!.BackendPath);
        Assert.True(Controller.Loaded!.TrackDirtyPages);
    }

    [Theory]
    [InlineData("""{"snapshot_path":"/s"}""", "missing field: either")]
    [InlineData(
        """{"snapshot_path":"/s","mem_file_path":"/m","mem_backend":{"backend_path":"/m","backend_type":"File"}}""",
        "too many fields: either")]
    [InlineData("""{"snapshot_path":"/s","mem_backend":{"backend_path":"/m","backend_type":"File","y":1}}""",
        "unknown field `y`")]
    [InlineData("""{"snapshot_path":"/s","mem_file_path":"/m","vmgenid":5}""", "invalid value for `vmgenid`")]
    public void LoadSnapshot_WrongBody_NamesWhatIsWrong(string body, string what)
    {
        HttpResponse response = Put("/snapshot/load", body);

        Assert.Equal(400, response.Status);
        Assert.Contains(what, System.Text.Encoding.UTF8.GetString(response.Body), StringComparison.Ordinal);
        Assert.Empty(Controller.Calls);
    }

    [Fact]
    public void LoadSnapshot_AfterBootConfiguration_IsRefused()
    {
        AssertDone(Patch("/machine-config", """{"vcpu_count":2}"""));

        AssertFault(
            "Load snapshot error: Loading a microVM snapshot not allowed after configuring boot-specific resources.",
            Put("/snapshot/load", """{"snapshot_path":"/s","mem_file_path":"/m"}"""));
    }

    // Serial, log and metrics do not belong to booting: a monitor that restores has them too.
    [Fact]
    public void LoadSnapshot_AfterSerialAndLogger_IsAllowed()
    {
        AssertDone(Put("/serial", """{"serial_out_path":"/dev/null"}"""));
        AssertDone(Put("/logger", """{"level":"WARNING"}"""));

        AssertDone(Put("/snapshot/load", """{"snapshot_path":"/s","mem_file_path":"/m"}"""));
    }

    [Fact]
    public void LoadSnapshot_FatalFault_IsAnsweredAndRemembered()
    {
        Controller.NextResult = ControlResult.Fatal("Load snapshot error: damaged");

        AssertFault(
            "Load snapshot error: damaged",
            Put("/snapshot/load", """{"snapshot_path":"/s","mem_file_path":"/m"}"""));

        Assert.True(Session.HasFatalFault);
    }

    [Fact]
    public void Drives_Patch_ReachesTheController()
    {
        StartMicrovm();

        AssertDone(Patch("/drives/code", """{"drive_id":"code","path_on_host":"/new"}"""));

        Assert.Equal(["start", "drive code /new"], Controller.Calls);
    }

    [Fact]
    public void Drives_PutAfterStart_IsNotSupported()
    {
        StartMicrovm();

        AssertFault(
            "The requested operation is not supported: Adding a drive to a running microVM is not supported by this "
            + "monitor yet.",
            Put("/drives/code", $$"""{"drive_id":"code","is_root_device":false,"path_on_host":"{{ExistingFile}}"}"""));
    }

    [Fact]
    public void GetStats_AfterStart_HasFigures()
    {
        StartMicrovm();

        Assert.Equal("""{"cpu_time_us":1,"private_bytes":2,"resident_bytes":3,"exits":4}""", Get("/vm/stats"));
    }

    [Fact]
    public void FlushMetrics_WithTarget_WritesALine()
    {
        AssertDone(Put("/metrics", $$"""{"metrics_path":"{{InFolder("metrics")}}","emit_id":true}"""));
        StartMicrovm();
        AssertDone(Put("/actions", """{"action_type":"FlushMetrics"}"""));

        string line = File.ReadLines(InFolder("metrics")).Single();

        Assert.Contains("\"id\":\"test\"", line, StringComparison.Ordinal);
        Assert.Contains("\"put_api_requests.count\":4", line, StringComparison.Ordinal);
    }
}
