using Thaw.Linux;
using Thaw.Snapshot;
using Thaw.Vmm;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Snapshots;

namespace Thaw.Monitor.Tests.Process;

/// <summary>
/// State files whose checksums are right and whose content is not: whoever can write a file can compute a checksum. A
/// restore may succeed, as a guest may be in any state, or be refused; nothing else.
/// </summary>
public sealed class HostileSnapshotTests : IDisposable
{
    // Enough to meet each section a few times and stay under some seconds where KVM emulates each instruction.
    private const int Rounds = 150;

    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Restore_SectionsWithRandomDamage_AreRestoredOrRefused(int seed)
    {
        SnapshotReader whole = CreateSnapshot();
        Random random = new(seed);
        using EventLoop loop = new();
        List<string> failures = [];
        for (int round = 0; round < Rounds; round++)
        {
            SectionId victim = whole.Sections.ElementAt(random.Next(whole.Sections.Count)).Id;
            SnapshotFile.Write(In("hostile"), WithDamage(whole, victim, random));
            Exception? failure = Record.Exception(() => RestoreAndRun(loop));
            if (failure is not (null or SnapshotException or MicrovmException or IOException or NotSupportedException))
            {
                failures.Add($"Seed {seed}, round {round}, {victim}: {failure}");
            }
        }

        Assert.Empty(failures);
    }

    private static SnapshotWriter WithDamage(SnapshotReader whole, SectionId victim, Random random)
    {
        SnapshotWriter writer = new(whole.Header.Kind, whole.Header.Id);
        foreach (SnapshotSection section in whole.Sections)
        {
            byte[] body = section.Body.ToArray();
            int damages = section.Id == victim && body.Length > 0 ? random.Next(1, 4) : 0;
            for (int i = 0; i < damages; i++)
            {
                // Counts and lengths stand at the start, so that every other hit is there.
                int at = random.Next(random.Next(2) == 0 ? Math.Min(body.Length, 40) : body.Length);
                body[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)0xff;
            }

            writer.Add(section.Id, section.Version, body, section.Flags);
        }

        return writer;
    }

    private SnapshotReader CreateSnapshot()
    {
        File.WriteAllBytes(In("kernel"), TinyKernel.ToElf());
        File.WriteAllBytes(In("disk"), new byte[64 * 1024]);
        using RunningMonitor monitor = RunningMonitor.Start(In("vm"));
        monitor.Call("PUT", "/machine-config", """{"vcpu_count":2,"mem_size_mib":32}""");
        monitor.Call("PUT", "/boot-source", $$"""{"kernel_image_path":"{{In("kernel")}}"}""");
        monitor.Call(
            "PUT", "/drives/d", $$"""{"drive_id":"d","is_root_device":false,"path_on_host":"{{In("disk")}}"}""");
        monitor.Call("PUT", "/pmem/p", $$"""{"id":"p","path_on_host":"{{In("disk")}}","read_only":true}""");
        monitor.Call("PUT", "/vsock", $$"""{"guest_cid":3,"uds_path":"{{In("v.sock")}}"}""");
        monitor.Call("PUT", "/entropy", "{}");
        monitor.Call("PUT", "/actions", """{"action_type":"InstanceStart"}""");
        monitor.Call("PATCH", "/vm", """{"state":"Paused"}""");
        string files = $"\"snapshot_path\":\"{In("state")}\",\"mem_file_path\":\"{In("memory")}\"";
        monitor.Call("PUT", "/snapshot/create", $"{{{files}}}");
        return SnapshotReader.Open(In("state"));
    }

    private void RestoreAndRun(EventLoop loop)
    {
        MicrovmEnvironment environment = new() { Loop = loop, FillRandom = random => random.Fill(0x55) };
        File.Delete(In("clone.sock"));
        using Microvm clone = Microvm.Restore(
            new RestoreRequest
            {
                Snapshot = new SnapshotFiles(In("hostile"), In("memory")),
                VsockUdsPath = In("clone.sock"),
            },
            environment);
        clone.Resume();
        loop.RunOnce(timeoutMs: 1);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
