using Thaw.Core;

namespace Thaw.Store.Tests;

public sealed class FilePageReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Read_FileWithHolesBetweenData_GivesWhatTheFileHolds()
    {
        // Data at both ends of long holes, not aligned to pages, and a length that is no multiple of one.
        const int Pages = 600;
        byte[] content = new byte[Pages * PageSize.Bytes - 100];
        string path = Path.Combine(_directory.Path, "memory");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(content.Length);
            foreach ((int at, int length) in ((int, int)[])[(0, 1), (1_000_000, 9000), (content.Length - 5, 5)])
            {
                content.AsSpan(at, length).Fill(0xA7);
                file.Position = at;
                file.Write(content, at, length);
            }
        }
        using FilePageReader reader = new(path);

        foreach (int batch in (int[])[1, 7, 64, Pages])
        {
            byte[] read = new byte[Pages * PageSize.Bytes];
            for (int page = 0; page < Pages; page += batch)
            {
                int length = Math.Min(batch, Pages - page) * PageSize.Bytes;
                read.AsSpan(page * PageSize.Bytes, length).Fill(0xFF);
                await reader.ReadAsync(
                    (uint)page, read.AsMemory(page * PageSize.Bytes, length), TestContext.Current.CancellationToken);
            }

            Assert.Equal(content, read[..content.Length]);
            Assert.Equal(new byte[100], read[content.Length..]);
        }
    }
}
