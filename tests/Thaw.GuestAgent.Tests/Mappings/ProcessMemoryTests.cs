using System.Buffers.Binary;
using Thaw.GuestAgent.Mappings;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Mappings;

/// <summary>Processes as a proc of this test's making shows them.</summary>
public sealed class ProcessMemoryTests : IDisposable
{
    private const ulong Present = 1UL << 63;
    private readonly string _proc = Directory.CreateTempSubdirectory("thaw-proc-").FullName;

    public void Dispose() => Directory.Delete(_proc, recursive: true);

    [Fact]
    public void Read_SaysOfEachPageWhoseItIs()
    {
        Process(
            12, "python3.13",
            """
            00010000-00014000 rw-p 00000000 00:00 0                                  [heap]
            00020000-00022000 r--p 00001000 103:00 77                                /usr/lib/lib with space.so
            00030000-00031000 rw-p 00000000 00:00 0
            """,
            (0x10, 100), (0x11, 101), (0x13, 102), (0x20, 103), (0x30, 50));

        (MappedMemory memory, bool isTruncated) = new ProcessMemory(_proc).Read();

        Assert.False(isTruncated);
        Assert.Equal(
            [
                new MappedRegion(12, "python3.13", 0x10000, "rw-p", "[heap]"),
                new MappedRegion(12, "python3.13", 0x20000, "r--p", "/usr/lib/lib with space.so"),
                new MappedRegion(12, "python3.13", 0x30000, "rw-p", ""),
            ],
            memory.Regions);
        Assert.Equal(
            [
                new MappedRun(0, 0, 100, 2), new MappedRun(0, 3, 102, 1), new MappedRun(1, 0, 103, 1),
                new MappedRun(2, 0, 50, 1),
            ],
            memory.Runs);
    }

    [Fact]
    public void Read_LeavesOutWhatIsNotThere()
    {
        Process(
            7, "server",
            """
            00010000-00018000 ---p 00000000 00:00 0
            00020000-00024000 rw-p 00000000 00:00 0
            00040000-00041000 rw-p 00000000 00:00 0
            """,
            (0x10, 90), (0x20, 5), (0x21, 5), (0x22, 5));
        Directory.CreateDirectory(Path.Combine(_proc, "sys"));
        // One that ends while it is looked at.
        Directory.CreateDirectory(Path.Combine(_proc, "8"));

        (MappedMemory memory, bool isTruncated) = new ProcessMemory(_proc).Read();

        // Address space that is kept free is not looked at; the page of zeros is noted once and not for each.
        Assert.False(isTruncated);
        Assert.Equal([new MappedRun(0, 0, 5, 1)], memory.Runs);
        Assert.Equal(0x20000UL, Assert.Single(memory.Regions).Start);
    }

    [Fact]
    public void Read_OfAMappingThatIsTooLarge_SaysSoAndTakesItsBeginning()
    {
        Process(7, "server", "00010000-100010000 rw-p 00000000 00:00 0\n", (0x10, 90));

        (MappedMemory memory, bool isTruncated) = new ProcessMemory(_proc).Read();

        Assert.True(isTruncated);
        Assert.Equal([new MappedRun(0, 0, 90, 1)], memory.Runs);
    }

    [Fact]
    public void Read_Twice_KnowsNothingOfTheFirstTime()
    {
        Process(7, "server", "00010000-00011000 rw-p 00000000 00:00 0\n", (0x10, 90));
        ProcessMemory reader = new(_proc);
        byte[] first = reader.Read().Memory.Encode();

        Assert.Equal(first, reader.Read().Memory.Encode());
    }

    private void Process(int id, string program, string maps, params (ulong Page, ulong Frame)[] pages)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_proc, $"{id}")).FullName;
        File.WriteAllText(Path.Combine(directory, "comm"), program + "\n");
        File.WriteAllText(Path.Combine(directory, "maps"), maps);
        using FileStream pagemap = File.Create(Path.Combine(directory, "pagemap"));
        byte[] entry = new byte[sizeof(ulong)];
        foreach ((ulong page, ulong frame) in pages)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry, Present | frame);
            pagemap.Position = (long)page * sizeof(ulong);
            pagemap.Write(entry);
        }
    }
}
