using Thaw.Guest.Tests.Guests;
using Thaw.Snapshot;
using Thaw.Vmm;
using Thaw.Vmm.Config;
using Thaw.Vmm.Snapshots;

namespace Thaw.Guest.Tests.Microvms;

public sealed class SnapshotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-snapshot-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Restore_FullSnapshot_GoesOnWhereItWas()
    {
        using ConsoleGuest original = ConsoleGuest.Boot();
        original.Ask('c');
        SnapshotFiles files = original.Save(SnapshotKind.Full, _folder, "full");

        using ConsoleGuest clone = ConsoleGuest.Restore(new RestoreRequest { Snapshot = files, VerifyMemory = true });

        Assert.Equal("0002", clone.Ask('c'));
    }

    [Fact]
    public void Restore_EightClonesAtOnce_AreIndependentAndTheOriginalGoesOn()
    {
        const int CloneCount = 8;
        using ConsoleGuest original = ConsoleGuest.Boot();
        original.Ask('c');
        SnapshotFiles files = original.Save(SnapshotKind.Full, _folder, "full");
        List<ConsoleGuest> clones = [.. Enumerable.Range(0, CloneCount)
            .Select(_ => ConsoleGuest.Restore(new RestoreRequest { Snapshot = files }))];

        for (int i = 0; i < CloneCount; i++)
        {
            for (int count = 0; count < i; count++)
            {
                clones[i].Ask('c');
            }
        }

        Assert.Equal(
            Enumerable.Range(0, CloneCount).Select(i => $"{i + 2:x4}"), clones.Select(clone => clone.Ask('c')));
        Assert.Equal("0002", original.Ask('c'));
        clones.ForEach(clone => clone.Dispose());
    }

    [Fact]
    public void Restore_FiftyInARow_AllAnswer()
    {
        using ConsoleGuest original = ConsoleGuest.Boot();
        SnapshotFiles files = original.Save(SnapshotKind.Full, _folder, "full");
        HashSet<string> generations = [original.Ask('g')];

        for (int i = 0; i < 50; i++)
        {
            using ConsoleGuest clone = ConsoleGuest.Restore(new RestoreRequest { Snapshot = files });
            Assert.Equal("0001", clone.Ask('c'));
            Assert.True(generations.Add(clone.Ask('g')), "A VM generation ID came twice.");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Restore_DiffOnFull_HasBothParts(bool trackDirtyPages)
    {
        using ConsoleGuest original = ConsoleGuest.Boot(trackDirtyPages: trackDirtyPages);
        original.Ask('d');
        SnapshotFiles full = original.Save(SnapshotKind.Full, _folder, "full");
        original.Ask('c');
        SnapshotFiles diff = original.Save(SnapshotKind.Diff, _folder, "diff");

        using ConsoleGuest clone =
            ConsoleGuest.Restore(new RestoreRequest { Snapshot = diff, Bases = [full], VerifyMemory = true });

        Assert.Equal("0002", clone.Ask('c'));
        Assert.Equal(original.Ask('s'), clone.Ask('s'));
    }

    [Fact]
    public void Restore_ChainOfDiffs_LaterLayersHideEarlierOnesWithZerosToo()
    {
        using ConsoleGuest original = ConsoleGuest.Boot(trackDirtyPages: true);
        original.Ask('d');
        SnapshotFiles full = original.Save(SnapshotKind.Full, _folder, "full");
        original.Ask('d');
        SnapshotFiles first = original.Save(SnapshotKind.Diff, _folder, "first");
        original.Ask('z');
        SnapshotFiles second = original.Save(SnapshotKind.Diff, _folder, "second");

        using ConsoleGuest middle = ConsoleGuest.Restore(new RestoreRequest { Snapshot = first, Bases = [full] });
        using ConsoleGuest last = ConsoleGuest.Restore(new RestoreRequest { Snapshot = second, Bases = [full, first] });

        Assert.NotEqual("00000000", middle.Ask('s'));
        Assert.Equal("00000000", last.Ask('s'));
    }

    [Fact]
    public void CreateSnapshot_DiffOfATrackedGuest_HoldsOnlyWhatItWrote()
    {
        using ConsoleGuest original = ConsoleGuest.Boot(trackDirtyPages: true);
        original.Save(SnapshotKind.Full, _folder, "full");
        original.Ask('d');
        original.Microvm.Pause();

        SnapshotResult result = original.Microvm.CreateSnapshot(Request(SnapshotKind.Diff, "diff"));

        // 32 pages of its own, the page of counters, the stack.
        Assert.InRange(result.PresentBytes, 32UL * 4096, 40UL * 4096);
    }

    [Fact]
    public void CreateSnapshot_OfAClone_IsAsGoodAsTheOriginals()
    {
        using ConsoleGuest original = ConsoleGuest.Boot();
        original.Ask('d');
        SnapshotFiles files = original.Save(SnapshotKind.Full, _folder, "full");
        using ConsoleGuest clone = ConsoleGuest.Restore(new RestoreRequest { Snapshot = files });
        clone.Ask('c');
        SnapshotFiles again = clone.Save(SnapshotKind.Full, _folder, "again");
        SnapshotFiles diff = clone.Save(SnapshotKind.Diff, _folder, "diff");

        using ConsoleGuest second = ConsoleGuest.Restore(new RestoreRequest { Snapshot = again, VerifyMemory = true });
        using ConsoleGuest third = ConsoleGuest.Restore(new RestoreRequest { Snapshot = diff, Bases = [again] });

        Assert.Equal("0002", second.Ask('c'));
        Assert.Equal("0002", third.Ask('c'));
        Assert.Equal(original.Ask('s'), second.Ask('s'));
    }

    [Fact]
    public void Restore_VmGenIdGiven_IsInPlaceBeforeTheGuestRuns()
    {
        using ConsoleGuest original = ConsoleGuest.Boot();
        SnapshotFiles files = original.Save(SnapshotKind.Full, _folder, "full");
        byte[] id = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

        using ConsoleGuest clone = ConsoleGuest.Restore(new RestoreRequest { Snapshot = files, VmGenId = id });

        Assert.Equal("0102030405060708090a0b0c0d0e0f10", clone.Ask('g'));
    }

    [Fact]
    public void CreateSnapshot_WhileRunning_IsRefusedAndLeavesNothing()
    {
        using ConsoleGuest guest = ConsoleGuest.Boot();

        Assert.Throws<MicrovmException>(() => guest.Microvm.CreateSnapshot(Request(SnapshotKind.Full, "full")));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void CreateSnapshot_FolderMissing_LeavesTheGuestUsable()
    {
        using ConsoleGuest guest = ConsoleGuest.Boot();
        guest.Microvm.Pause();
        SnapshotRequest request = new()
        {
            Kind = SnapshotKind.Full,
            StatePath = Path.Combine(_folder, "no", "state"),
            MemoryPath = Path.Combine(_folder, "no", "memory"),
        };

        Assert.ThrowsAny<IOException>(() => guest.Microvm.CreateSnapshot(request));

        guest.Microvm.Resume();
        Assert.Equal("0001", guest.Ask('c'));
    }

    [Fact]
    public void Restore_MemoryFileTruncated_IsRefusedWithBothLengths()
    {
        SnapshotFiles files = SaveOne();
        using (FileStream memory = File.OpenWrite(files.MemoryPath))
        {
            memory.SetLength(memory.Length - 4096);
        }

        SnapshotException refused = Refuse(new RestoreRequest { Snapshot = files });

        Assert.Equal(SnapshotFault.MemoryMismatch, refused.Fault);
        Assert.Contains("16773120", refused.Message, StringComparison.Ordinal);
        Assert.Contains("16777216", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_MemoryBitFlipped_IsRefusedWhenVerified()
    {
        SnapshotFiles files = SaveOne();
        using (FileStream memory = File.Open(files.MemoryPath, FileMode.Open))
        {
            memory.Position = 0x11_0010;
            int value = memory.ReadByte();
            memory.Position--;
            memory.WriteByte((byte)(value ^ 1));
        }

        SnapshotException refused = Refuse(new RestoreRequest { Snapshot = files, VerifyMemory = true });

        Assert.Equal(SnapshotFault.ChecksumMismatch, refused.Fault);
    }

    [Fact]
    public void Restore_DiffWithoutItsBase_IsRefused()
    {
        using ConsoleGuest original = ConsoleGuest.Boot();
        original.Save(SnapshotKind.Full, _folder, "full");
        SnapshotFiles diff = original.Save(SnapshotKind.Diff, _folder, "diff");

        SnapshotException refused = Refuse(new RestoreRequest { Snapshot = diff });

        Assert.Equal(SnapshotFault.MemoryMismatch, refused.Fault);
    }

    [Fact]
    public void Restore_DriveThatTheSnapshotLacks_IsRefused()
    {
        SnapshotFiles files = SaveOne();
        RestoreRequest request = new()
        {
            Snapshot = files,
            DrivePaths = new Dictionary<string, string> { ["code"] = "/dev/null" },
        };

        MicrovmException refused = Assert.Throws<MicrovmException>(() => ConsoleGuest.Restore(request));

        Assert.Contains("no drive code", refused.Message, StringComparison.Ordinal);
    }

    private SnapshotFiles SaveOne()
    {
        using ConsoleGuest original = ConsoleGuest.Boot(new MicrovmConfig { HasEntropy = true });
        return original.Save(SnapshotKind.Full, _folder, "full");
    }

    private static SnapshotException Refuse(RestoreRequest request) =>
        Assert.Throws<SnapshotException>(() => ConsoleGuest.Restore(request));

    private SnapshotRequest Request(SnapshotKind kind, string name) => new()
    {
        Kind = kind,
        StatePath = Path.Combine(_folder, $"{name}.state"),
        MemoryPath = Path.Combine(_folder, $"{name}.memory"),
    };
}
