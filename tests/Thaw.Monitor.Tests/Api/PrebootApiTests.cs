using Thaw.Monitor.Http;

namespace Thaw.Monitor.Tests.Api;

public sealed class PrebootApiTests : ApiFixture
{
    private const string BodyError = "An error occurred when deserializing the json body of a request: ";

    [Fact]
    public void GetRoot_BeforeStart_SaysNotStarted() => Assert.Equal(
        """{"id":"test","state":"Not started","vmm_version":"0.1.0","app_name":"Thaw"}""", Get("/"));

    [Fact]
    public void GetVersion_Always_NamesTheApi() =>
        Assert.Equal("""{"firecracker_version":"1.16.0","thaw_version":"0.1.0"}""", Get("/version"));

    [Fact]
    public void MachineConfig_PutThenPatch_ChangesWhatIsGiven()
    {
        AssertDone(Put("/machine-config", """{"vcpu_count":2,"mem_size_mib":512}"""));
        AssertDone(Patch("/machine-config", """{"track_dirty_pages":true,"mem_size_mib":1024}"""));

        Assert.Equal(
            """{"vcpu_count":2,"mem_size_mib":1024,"smt":false,"track_dirty_pages":true,"huge_pages":"None"}""",
            Get("/machine-config"));
    }

    [Theory]
    [InlineData("""{"vcpu_count":0,"mem_size_mib":1}""")]
    [InlineData("""{"vcpu_count":33,"mem_size_mib":1}""")]
    [InlineData("""{"vcpu_count":3,"mem_size_mib":1,"smt":true}""")]
    public void MachineConfig_VcpusOutOfBounds_AreRefused(string body) => AssertFault(
        "Machine config error: The number of vCPUs must be greater than 0, less than 32 and must be 1 or an even "
        + "number if SMT is enabled.",
        Put("/machine-config", body));

    [Theory]
    [InlineData("""{"vcpu_count":1,"mem_size_mib":0}""")]
    [InlineData("""{"vcpu_count":1,"mem_size_mib":3,"huge_pages":"2M"}""")]
    public void MachineConfig_MemoryOutOfBounds_IsRefused(string body) => AssertFault(
        "Machine config error: The memory size (MiB) is either 0, or not a multiple of the configured page size.",
        Put("/machine-config", body));

    [Fact]
    public void MachineConfig_Template_IsDeprecatedAndNotSupported()
    {
        HttpResponse none = Put("/machine-config", """{"vcpu_count":1,"mem_size_mib":2,"cpu_template":"None"}""");
        HttpResponse t2 = Patch("/machine-config", """{"cpu_template":"T2"}""");

        AssertDone(none);
        Assert.True(none.IsDeprecated);
        AssertFault(
            "The requested operation is not supported: CPU template T2 is not supported by this monitor yet.", t2);
    }

    [Theory]
    [InlineData("""{"vcpu_count":1}""", "missing field `mem_size_mib`")]
    [InlineData("""{"vcpu_count":1,"mem_size_mib":1,"x":2}""", "unknown field `x`, expected one of `vcpu_count`, "
        + "`mem_size_mib`, `smt`, `cpu_template`, `track_dirty_pages`, `huge_pages`")]
    [InlineData("""{"vcpu_count":1,"vcpu_count":2,"mem_size_mib":1}""", "duplicate field `vcpu_count`")]
    [InlineData("""{"vcpu_count":256,"mem_size_mib":1}""", "invalid value for `vcpu_count` at line 1 column 18")]
    [InlineData("""{"vcpu_count":"1","mem_size_mib":1}""", "invalid value for `vcpu_count` at line 1 column 18")]
    [InlineData("""{"vcpu_count":1,"mem_size_mib":-1}""", "invalid value for `mem_size_mib` at line 1 column 34")]
    [InlineData("[]", "invalid type: sequence, expected an object")]
    [InlineData("null", "invalid type: null, expected an object")]
    [InlineData("""{"vcpu_count":1,"mem_size_mib":2,"huge_pages":"1G"}""", "unknown variant `1G`, expected one of "
        + "`None`, `Transparent`, `2M` at line 1 column 51")]
    public void MachineConfig_WrongBody_NamesWhatIsWrong(string body, string what) =>
        AssertFault($"{BodyError}{what}.", Put("/machine-config", body));

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{}x")]
    [InlineData("{'a':1}")]
    [InlineData("\0")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Put_NotJson_IsRefused(string body) => Assert.Equal(400, Put("/vsock", body).Status);

    [Fact]
    public void BootSource_FilesThatDoNotOpen_AreNamed()
    {
        AssertFault(
            "Boot source error: The kernel file cannot be opened: No such file or directory (os error 2)",
            Put("/boot-source", """{"kernel_image_path":"/no/such/kernel"}"""));
        AssertFault(
            "Boot source error: The initrd file cannot be opened due to invalid path or invalid permissions. "
            + "No such file or directory (os error 2)",
            Put("/boot-source", $$"""{"kernel_image_path":"{{ExistingFile}}","initrd_path":"/no/such"}"""));
    }

    [Fact]
    public void Drives_PutTwice_ReplacesAndRootComesFirst()
    {
        AssertDone(PutDrive("code", isRoot: false));
        AssertDone(PutDrive("tmp", isRoot: false));
        AssertDone(PutDrive("root", isRoot: true));
        AssertDone(PutDrive("code", isRoot: false));

        Assert.Equal(["root", "code", "tmp"], Session.Config.Drives.Select(d => d.DriveId));
        AssertFault("Drive config error: A root block device already exists!", PutDrive("tmp", isRoot: true));
    }

    [Theory]
    [InlineData("/drives/", "The ID cannot be empty.")]
    [InlineData("/drives", "The ID cannot be empty.")]
    [InlineData("/drives/a-b", "API Resource IDs can only contain alphanumeric characters and underscores.")]
    [InlineData("/drives/other", "The id from the path does not match the id from the body!")]
    public void Drives_WrongId_IsRefused(string path, string message) =>
        AssertFault(message, Put(path, DriveBody("code", isRoot: false)));

    [Theory]
    [InlineData(""" "socket":"/s" """, "A vhost-user drive")]
    [InlineData(""" "io_engine":"Async" """, "The io_engine Async")]
    [InlineData(""" "rate_limiter":{} """, "A rate limiter")]
    public void Drives_NotSupportedPart_IsRefusedByName(string field, string what) => AssertFault(
        $"The requested operation is not supported: {what} is not supported by this monitor yet.",
        Put("/drives/code", $$"""{"drive_id":"code","is_root_device":false,{{field}}}"""));

    [Fact]
    public void Drives_MoreThanTheBound_AreRefused()
    {
        for (int i = 0; i < 16; i++)
        {
            AssertDone(PutDrive($"d{i}", isRoot: false));
        }

        Assert.Equal(400, PutDrive("d16", isRoot: false).Status);
    }

    [Fact]
    public void Pmem_SecondRoot_IsRefused()
    {
        AssertDone(PutPmem("root"));
        AssertFault("Pmem config error: A root pmem device already exist", PutPmem("root2"));
        AssertFault(
            "Drive config error: Attempt to add block as a root device while the root device defined as a pmem device",
            PutDrive("root", isRoot: true));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(uint.MaxValue)]
    public void Vsock_CidThatIsNoGuests_IsRefused(uint cid) => AssertFault(
        $"Vsock config error: {cid} is not a guest's context id.",
        Put("/vsock", $$"""{"guest_cid":{{cid}},"uds_path":"/x"}"""));

    [Fact]
    public void GetConfig_AfterPuts_ShowsThem()
    {
        AssertDone(PutPmem("root"));
        AssertDone(Put("/vsock", """{"guest_cid":3,"uds_path":"/v.sock","vsock_id":"old"}"""));
        AssertDone(Put("/entropy", "{}"));
        AssertDone(Put("/serial", """{"serial_out_path":"/dev/null"}"""));

        Assert.Equal(
            """
            {"balloon":null,"drives":[],"boot-source":null,"cpu-config":null,"logger":null,
            "machine-config":{"vcpu_count":1,"mem_size_mib":128,"smt":false,"track_dirty_pages":false,
            "huge_pages":"None"},"metrics":null,"mmds-config":null,"network-interfaces":[],
            "vsock":{"guest_cid":3,"uds_path":"/v.sock"},"entropy":{"rate_limiter":null},
            "pmem":[{"id":"root","path_on_host":"FILE","root_device":true,"read_only":false,
            "rate_limiter":null}],"memory-hotplug":null}
            """.Replace("\n", "", StringComparison.Ordinal).Replace("FILE", ExistingFile, StringComparison.Ordinal),
            Get("/vm/config"));
    }

    [Theory]
    [InlineData("GET", "/nothing", "", "Invalid request method and/or path: GET nothing.")]
    [InlineData("PUT", "/version", "{}", "Invalid request method and/or path: PUT version.")]
    [InlineData("PUT", "/snapshot/keep", "{}", "Invalid request method and/or path: PUT /snapshot/keep.")]
    [InlineData("PUT", "/snapshot", "{}", "Missing snapshot operation type.")]
    [InlineData("DELETE", "/vm", "", "Invalid request method and/or path: DELETE vm.")]
    [InlineData("GET", "/", "{}", "GET request cannot have a body.")]
    [InlineData("PUT", "/vsock", "", "Empty PUT request.")]
    [InlineData("PATCH", "/vm", "", "Empty PATCH request.")]
    [InlineData("PATCH", "/machine-config", "{}", "Empty PATCH request.")]
    public void Route_WrongMethodOrPath_IsRefused(string method, string path, string body, string message) =>
        AssertFault(message, Send(Enum.Parse<HttpVerb>(method, ignoreCase: true), path, body));

    [Theory]
    [InlineData("/balloon")]
    [InlineData("/mmds")]
    [InlineData("/network-interfaces/eth0")]
    [InlineData("/cpu-config")]
    [InlineData("/hotplug/memory")]
    public void Route_PartOfTheApiThatIsNotThere_SaysSo(string path) => AssertFault(
        $"The requested operation is not supported: /{path.Split('/')[1]} is not supported by this monitor yet.",
        Put(path, "{}"));

    [Theory]
    [InlineData("PATCH", "/vm", """{"state":"Paused"}""")]
    [InlineData("PATCH", "/drives/code", """{"drive_id":"code","path_on_host":"/x"}""")]
    [InlineData("PUT", "/snapshot/create", """{"snapshot_path":"/s","mem_file_path":"/m"}""")]
    [InlineData("PUT", "/actions", """{"action_type":"SendCtrlAltDel"}""")]
    [InlineData("PUT", "/actions", """{"action_type":"FlushMetrics"}""")]
    [InlineData("GET", "/vm/stats", "")]
    public void Route_ActionOnARunningMicrovm_IsRefusedBefore(string method, string path, string body) => AssertFault(
        "The requested operation is not supported before starting the microVM.",
        Send(Enum.Parse<HttpVerb>(method, ignoreCase: true), path, body));

    [Fact]
    public void Start_WithoutKernel_IsRefused()
    {
        AssertFault(
            "Start microvm error: Cannot start microvm without kernel configuration.",
            Put("/actions", """{"action_type":"InstanceStart"}"""));
        Assert.Empty(Controller.Calls);
    }

    private HttpResponse PutDrive(string id, bool isRoot) => Put($"/drives/{id}", DriveBody(id, isRoot));

    private HttpResponse PutPmem(string id) =>
        Put($"/pmem/{id}", $$"""{"id":"{{id}}","path_on_host":"{{ExistingFile}}","root_device":true}""");

    private string DriveBody(string id, bool isRoot)
    {
        string root = isRoot ? "true" : "false";
        return $$"""{"drive_id":"{{id}}","is_root_device":{{root}},"path_on_host":"{{ExistingFile}}"}""";
    }
}
