using System.Security.Cryptography;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm.Tests.Snapshots;

/// <summary>Clones whose memory is mapped before they run, over /dev/kvm.</summary>
public sealed class PopulatedMemoryTests : IDisposable
{
    private const ulong CounterPage = EchoGuest.Counter / PageSize.Bytes;
    private const ulong CodePage = EchoGuest.Code / PageSize.Bytes;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Restore_PagesThatWillBeWritten_AreTheClonesOwnBeforeItRuns_AndItsGuestGoesOn()
    {
        string state = _folder.File("state");
        string memory = _folder.File("memory");
        using (EchoGuest original = new(_folder, trackDirtyPages: false))
        {
            original.CountUp();
            original.Save(SnapshotKind.Full, state, memory);
        }
        FileMemory provider = new(memory, [(CodePage, 1, false), (CounterPage, 2, true)]);
        byte[] file = File.ReadAllBytes(memory);
        EventLoop loop = new();

        using EchoGuest clone = new(
            Microvm.Restore(
                new RestoreRequest { Snapshot = new SnapshotFiles(state, memory), Memory = provider },
                new MicrovmEnvironment { Loop = loop, FillRandom = RandomNumberGenerator.Fill }),
            loop);

        DirtyBitmap own = new(provider.Region!.LengthBytes / PageSize.Bytes);
        using (PageScan scan = new())
        {
            scan.MarkPrivate(provider.Region, own);
        }
        Assert.True(own[CounterPage] && own[CounterPage + 1]);
        Assert.False(own[CodePage]);
        clone.CountUp();
        byte[] counter = new byte[1];
        Assert.True(new GuestMemory([provider.Region]).TryRead(new GuestAddress(EchoGuest.Counter), counter));
        Assert.Equal([2], counter);
        // The copy is the clone's: its snapshot stays as it was.
        Assert.Equal(file, File.ReadAllBytes(memory));
    }

    /// <summary>A memory file, mapped privately, with some of its pages to be mapped ahead.</summary>
    private sealed class FileMemory(string path, (ulong Page, ulong Count, bool IsWritten)[] parts)
        : IGuestMemoryProvider
    {
        internal GuestRegion? Region { get; private set; }

        public IReadOnlyList<PopulatedMemory> Populated =>
        [
            .. parts.Select(part => new PopulatedMemory(
                Region!, part.Page * PageSize.Bytes, part.Count * PageSize.Bytes, part.IsWritten)),
        ];

        public IReadOnlyList<GuestRegion> Provide(SnapshotId snapshot, IReadOnlyList<MemoryRange> ranges)
        {
            MemoryRange range = Assert.Single(ranges);
            Region = GuestRam.Anonymous(new GuestAddress(range.GuestAddress), range.Length);
            using SafeFd file = SafeFd.Open(path, FileOpen.Read);
            Region.Mapping.OverlayFile(0, file, (long)range.FileOffset, range.Length);
            return [Region];
        }
    }
}
