namespace Thaw.Pager.Tests.Process;

/// <summary>A snapshot of the sweeping guest, made once for all tests; letters are put into its memory file.</summary>
public sealed class SweepSnapshot : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-sweep-").FullName;

    internal string State => In("state");

    internal string Memory => In("memory");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(In("kernel"), SweepKernel.ToElf());
        using MonitorUnderTest monitor = await MonitorUnderTest.StartAsync(In("original"));
        await monitor.CallAsync("PUT", "/machine-config", """{"vcpu_count":1,"mem_size_mib":64}""");
        await monitor.CallAsync("PUT", "/boot-source", $$"""{"kernel_image_path":"{{In("kernel")}}"}""");
        await monitor.CallAsync("PUT", "/actions", """{"action_type":"InstanceStart"}""");
        await monitor.WaitForConsoleAsync(10);
        await monitor.CallAsync("PATCH", "/vm", """{"state":"Paused"}""");
        await monitor.CallAsync(
            "PUT", "/snapshot/create", $$"""{"snapshot_path":"{{State}}","mem_file_path":"{{Memory}}"}""");
        using FileStream memory = File.OpenWrite(Memory);
        for (uint page = SweepKernel.FirstPage; page < SweepKernel.FirstPage + SweepKernel.PageCount; page++)
        {
            memory.Position = page * 4096L;
            memory.WriteByte(SweepKernel.Letter(page));
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private string In(string name) => Path.Combine(_folder, name);
}
