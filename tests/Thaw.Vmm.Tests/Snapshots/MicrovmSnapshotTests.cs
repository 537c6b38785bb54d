using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm.Tests.Snapshots;

public sealed class MicrovmSnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CreateSnapshot_DiffThatLiesOverNothing_HoldsAllMemory(bool trackDirtyPages)
    {
        using EchoGuest guest = new(_folder, trackDirtyPages);
        guest.CountUp();

        MemoryLayer layer = Save(guest, SnapshotKind.Diff, "diff");

        // The kernel was written by the monitor before anything was logged.
        Assert.Equal(SnapshotId.None, layer.Manifest.BaseId);
        Assert.Equal(EchoGuest.Program, EchoGuest.Read([layer], EchoGuest.Code, EchoGuest.Program.Length));
        Assert.Equal([1], EchoGuest.Read([layer], EchoGuest.Counter, 1));
    }

    [Theory]
    [InlineData("missing/state", "memory")]
    [InlineData("state", "missing/memory")]
    [InlineData("folder", "memory")]
    [InlineData("state", "folder")]
    public void CreateSnapshot_DiffThatFails_LosesNoPageForTheNext(string statePath, string memoryPath)
    {
        Directory.CreateDirectory(_folder.File("folder"));
        using EchoGuest guest = new(_folder, trackDirtyPages: true);
        MemoryLayer full = Save(guest, SnapshotKind.Full, "full");
        guest.CountUp();

        Assert.ThrowsAny<Exception>(
            () => guest.Save(SnapshotKind.Diff, _folder.File(statePath), _folder.File(memoryPath)));

        MemoryLayer diff = Save(guest, SnapshotKind.Diff, "diff");
        Assert.Equal(full.Id, diff.Manifest.BaseId);
        Assert.Equal([1], EchoGuest.Read([full, diff], EchoGuest.Counter, 1));
    }

    [Fact]
    public void CreateSnapshot_StateThatCannotBeWritten_LeavesNoMemoryFileAlone()
    {
        using EchoGuest guest = new(_folder, trackDirtyPages: false);

        Assert.ThrowsAny<IOException>(
            () => guest.Save(SnapshotKind.Full, _folder.File("missing/state"), _folder.File("memory")));

        Assert.Equal([_folder.File("kernel")], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void CreateSnapshot_DiffsInARow_HoldWhatEachWrote()
    {
        using EchoGuest guest = new(_folder, trackDirtyPages: true);
        List<MemoryLayer> chain = [Save(guest, SnapshotKind.Full, "full")];
        for (byte count = 1; count <= 3; count++)
        {
            guest.CountUp();
            chain.Add(Save(guest, SnapshotKind.Diff, $"diff-{count}"));

            Assert.Equal([count], EchoGuest.Read(chain, EchoGuest.Counter, 1));
            // The counter's page, and for the first the three page tables, where the CPU notes what it used.
            Assert.InRange(chain[^1].Manifest.PresentPages, 1ul, 4ul);
        }
    }

    private MemoryLayer Save(EchoGuest guest, SnapshotKind kind, string name) =>
        guest.Save(kind, _folder.File($"{name}.state"), _folder.File($"{name}.memory"));
}
