using System.Text;
using Thaw.Worker.Checks;

namespace Thaw.Worker.Tests.Checks;

public sealed class SecretSearchTests
{
    private const string Secret = "correct horse battery staple";
    private const int BlockBytes = 4 << 20;

    private static readonly NamedSecret s_secret = new("password", Encoding.UTF8.GetBytes(Secret));

    public static TheoryData<string, string> Forms()
    {
        byte[] raw = Encoding.UTF8.GetBytes(Secret);
        TheoryData<string, string> forms = new()
        {
            { "raw", Secret },
            { "hex", Convert.ToHexStringLower(raw) },
            { "hex, upper case", Convert.ToHexString(raw) },
            { "utf-16", Encoding.Latin1.GetString(Encoding.Unicode.GetBytes(Secret)) },
            { "utf-16, big-endian", Encoding.Latin1.GetString(Encoding.BigEndianUnicode.GetBytes(Secret)) },
        };
        // Base64 of something that the secret is a part of, at each of the three alignments.
        foreach (string before in (string[])["", "u", "us", "user:x", "user:xy", "user:xyz"])
        {
            forms.Add("base64", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}{Secret}@host")));
        }

        return forms;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Read_SecretInAForm_IsFoundInThatForm(string form, string written)
    {
        SecretSearch search = await ReadAsync(Encoding.Latin1.GetBytes($"\0\0before {written} after"));

        Assert.Contains(search.Found, found => found.Name == "password" && found.Form == form);
    }

    [Fact]
    public async Task Read_UrlSafeBase64_IsFound()
    {
        NamedSecret secret = new("key", (byte[])[0xfb, 0xff, 0xfe, 0xfb, 0xff, 0xfe, 0xfb, 0xff, 0xfe]);
        SecretSearch search = new(SecretPatterns.Of([secret]));

        await ReadAsync(search, "-__--__--__-"u8.ToArray());

        Assert.Equal("base64url", Assert.Single(search.Found).Form);
    }

    [Fact]
    public async Task Read_PartOfTheSecret_IsNotFound()
    {
        SecretSearch search = await ReadAsync(Encoding.UTF8.GetBytes(Secret[..^1]));

        Assert.Empty(search.Found);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(BlockBytes - 10)]
    [InlineData(BlockBytes)]
    [InlineData((2 * BlockBytes) - 1)]
    public async Task Read_SecretAcrossBlocks_IsFoundOnceWhereItIs(int offset)
    {
        byte[] memory = new byte[3 * BlockBytes];
        s_secret.Value.Span.CopyTo(memory.AsSpan(offset));

        SecretSearch search = await ReadAsync(memory);

        Assert.Equal(new FoundSecret("password", "raw", "memory", offset), Assert.Single(search.Found));
        Assert.Equal(memory.Length, search.ReadBytes);
    }

    [Fact]
    public async Task Read_SecretInManyPlaces_NamesTheFirstFew()
    {
        SecretSearch search = await ReadAsync(
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Secret, 100))));

        Assert.Equal([0L, 28L, 56L, 84L], search.Found.Select(found => found.Offset));
    }

    private static async Task<SecretSearch> ReadAsync(byte[] content)
    {
        SecretSearch search = new(SecretPatterns.Of([s_secret]));
        await ReadAsync(search, content);
        return search;
    }

    private static async Task ReadAsync(SecretSearch search, byte[] content)
    {
        using MemoryStream stream = new(content);
        await search.ReadAsync(stream, "memory", TestContext.Current.CancellationToken);
    }
}
