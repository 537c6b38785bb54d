namespace Thaw.Store.Tests;

public sealed class LocalKeyFileServiceTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string EntryStart = """{"format":1,"keys":[{"created":"2026-01-01T00:00:00Z",""";

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalKeyFileService _keys;

    public LocalKeyFileServiceTests() => _keys = Open();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string KeyPath => _directory.Combine("made/on/first/use/keys.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Unwrap_OfWhatWasWrapped_GivesTheKey()
    {
        using DataKey key = DataKey.Create(new SystemEntropy());

        WrappedKey wrapped = await _keys.WrapAsync(World.Alice, key, Token);
        using DataKey unwrapped = await Open().UnwrapAsync(World.Alice, wrapped, Token);

        Assert.Equal(key.Id, unwrapped.Id);
        Assert.Equal(Secret(key), Secret(unwrapped));
        Assert.Equal(-1, wrapped.Blob.Span.IndexOf(Secret(key)));
    }

    [Fact]
    public async Task KeyFile_MadeOnFirstUse_IsPrivate()
    {
        Assert.False(File.Exists(KeyPath));
        await _keys.CreateAsync(World.Alice, Token);

        Assert.Equal(Private, File.GetUnixFileMode(KeyPath));
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(KeyPath)!));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.UserExecute)]
    public async Task KeyFile_ThatOthersMayUse_IsRefused(UnixFileMode extra)
    {
        await _keys.CreateAsync(World.Alice, Token);
        File.SetUnixFileMode(KeyPath, Private | extra);

        KeyException exception = await Assert.ThrowsAsync<KeyException>(async () => await _keys.ListAsync(Token));

        Assert.Equal(KeyFault.BadPermissions, exception.Fault);
        Assert.Equal(
            KeyFault.BadPermissions,
            (await Assert.ThrowsAsync<KeyException>(async () => await _keys.RotateAsync(World.Alice, Token))).Fault);
    }

    [Fact]
    public async Task Unwrap_AfterRevocation_SaysRevoked()
    {
        WrappedKey alices = await WrapAsync(World.Alice);
        WrappedKey bobs = await WrapAsync(World.Bob);
        await _keys.RotateAsync(World.Alice, Token);
        WrappedKey alicesNext = await WrapAsync(World.Alice);

        Assert.Equal(2, await _keys.RevokeAsync(World.Alice, Token));

        foreach (WrappedKey wrapped in new[] { alices, alicesNext })
        {
            KeyException exception = await Assert.ThrowsAsync<KeyException>(
                async () => await Open().UnwrapAsync(World.Alice, wrapped, Token));
            Assert.Equal(KeyFault.Revoked, exception.Fault);
            Assert.Equal(World.Alice, exception.Keyspace);
        }
        using DataKey others = await _keys.UnwrapAsync(World.Bob, bobs, Token);
        Assert.Equal(0, await _keys.RevokeAsync(World.Alice, Token));
    }

    [Fact]
    public async Task Wrap_AfterRevocation_IsRefusedUntilAKeyIsMade()
    {
        WrappedKey before = await WrapAsync(World.Alice);
        await _keys.RevokeAsync(World.Alice, Token);

        Assert.Equal(
            KeyFault.Revoked,
            (await Assert.ThrowsAsync<KeyException>(async () => await WrapAsync(World.Alice))).Fault);
        Assert.Equal(
            KeyFault.Revoked,
            (await Assert.ThrowsAsync<KeyException>(async () => await _keys.RotateAsync(World.Alice, Token))).Fault);

        await _keys.CreateAsync(World.Alice, Token);
        WrappedKey after = await WrapAsync(World.Alice);
        using DataKey usable = await _keys.UnwrapAsync(World.Alice, after, Token);
        Assert.Equal(
            KeyFault.Revoked,
            await FaultAsync(() => _keys.UnwrapAsync(World.Alice, before, Token)));
    }

    [Fact]
    public async Task Revoke_DestroysTheSecretInTheFile()
    {
        await _keys.CreateAsync(World.Alice, Token);
        string before = await File.ReadAllTextAsync(KeyPath, Token);
        string secret = before.Split("\"secret\": \"")[1].Split('"')[0];
        using FileStream oldFile = File.OpenRead(KeyPath);

        await _keys.RevokeAsync(World.Alice, Token);

        Assert.DoesNotContain(secret, await File.ReadAllTextAsync(KeyPath, Token), StringComparison.Ordinal);
        // The file that was replaced is still open here: its bytes were overwritten.
        byte[] old = new byte[oldFile.Length];
        oldFile.ReadExactly(old);
        Assert.All(old, b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task Rotate_LeavesOldKeysForUnwrapping()
    {
        WrappedKey old = await WrapAsync(World.Alice);
        KeyId fresh = await _keys.RotateAsync(World.Alice, Token);

        Assert.Equal(fresh, (await WrapAsync(World.Alice)).MasterKeyId);
        using DataKey key = await _keys.UnwrapAsync(World.Alice, old, Token);
        IReadOnlyList<KeyInfo> all = await _keys.ListAsync(Token);
        Assert.Equal([KeyState.Retired, KeyState.Active], all.Select(info => info.State));
    }

    [Fact]
    public async Task Unwrap_ForAnotherAccount_IsRefused()
    {
        WrappedKey alices = await WrapAsync(World.Alice);
        await _keys.CreateAsync(World.Bob, Token);

        Assert.Equal(
            KeyFault.Unknown,
            await FaultAsync(() => _keys.UnwrapAsync(World.Bob, alices, Token)));
    }

    [Fact]
    public async Task Unwrap_OfADamagedOrRenamedKey_IsRefused()
    {
        WrappedKey wrapped = await WrapAsync(World.Alice);
        for (int i = 0; i < wrapped.Blob.Length; i++)
        {
            byte[] blob = wrapped.Blob.ToArray();
            blob[i] ^= 1;
            await AssertNotAuthenticAsync(wrapped with { Blob = blob });
        }
        await AssertNotAuthenticAsync(wrapped with { Blob = wrapped.Blob[1..] });
        await AssertNotAuthenticAsync(wrapped with { Blob = ReadOnlyMemory<byte>.Empty });
        await AssertNotAuthenticAsync(wrapped with { DataKeyId = new KeyId(1, 2) });
    }

    [Fact]
    public async Task ConvergentKey_IsTheSameUntilRotation()
    {
        using DataKey first = await _keys.GetConvergentKeyAsync(Keyspace.Service, Token);
        using DataKey again = await Open().GetConvergentKeyAsync(Keyspace.Service, Token);
        await _keys.RotateAsync(Keyspace.Service, Token);
        using DataKey rotated = await _keys.GetConvergentKeyAsync(Keyspace.Service, Token);

        Assert.Equal((first.Id, Convert.ToHexString(Secret(first))), (again.Id, Convert.ToHexString(Secret(again))));
        Assert.NotEqual(first.Id, rotated.Id);
        Assert.NotEqual(Secret(first), Secret(rotated));
    }

    [Fact]
    public async Task ConvergentKey_ForAnAccount_IsRefused() => await Assert.ThrowsAsync<ArgumentException>(
        async () => await _keys.GetConvergentKeyAsync(World.Alice, Token));

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"format":2,"keys":[]}""")]
    [InlineData("""{"format":1}""")]
    [InlineData("""{"format":1,"keys":[],"more":1}""")]
    [InlineData(EntryStart + """
        "keyspace":"service","id":"00","state":"Active","secret":"AAAA"}]}
        """)]
    [InlineData(EntryStart + """
        "keyspace":"service","id":"00112233445566778899aabbccddeeff","state":"Active","secret":"AAAA"}]}
        """)]
    [InlineData(EntryStart + """
        "keyspace":"../x","id":"00112233445566778899aabbccddeeff","state":"Destroyed","secret":null}]}
        """)]
    public async Task KeyFile_ThatIsDamaged_IsRefusedAndLeft(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyPath)!);
        await File.WriteAllTextAsync(KeyPath, content, Token);
        File.SetUnixFileMode(KeyPath, Private);

        Assert.Equal(
            KeyFault.BadFile,
            (await Assert.ThrowsAsync<KeyException>(async () => await WrapAsync(World.Alice))).Fault);
        Assert.Equal(content, await File.ReadAllTextAsync(KeyPath, Token));
    }

    [Fact]
    public async Task FirstUse_ByManyAtOnce_MakesOneKey()
    {
        WrappedKey[] wrapped = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => WrapAsync(World.Alice, Open()))));

        Assert.Single(wrapped.Select(key => key.MasterKeyId).Distinct());
        Assert.Single(await _keys.ListAsync(Token));
    }

    [Fact]
    public async Task KeyFile_AfterACrashWhileWriting_IsTheOldOne()
    {
        WrappedKey wrapped = await WrapAsync(World.Alice);
        await File.WriteAllTextAsync(KeyPath + ".new", "half of a fil", Token);

        using DataKey key = await _keys.UnwrapAsync(World.Alice, wrapped, Token);
        await _keys.RotateAsync(World.Alice, Token);

        Assert.Equal(2, (await _keys.ListAsync(Token)).Count);
    }

    [Theory]
    [InlineData("service", true)]
    [InlineData("account/alice", true)]
    [InlineData("account/123456789012", true)]
    [InlineData("account/", false)]
    [InlineData("account/a/b", false)]
    [InlineData("account/a b", false)]
    [InlineData("other", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Keyspace_Parse_AcceptsWhatItWrites(string? text, bool isGood)
    {
        Assert.Equal(isGood, Keyspace.TryParse(text, out Keyspace keyspace));
        Assert.Equal(isGood ? text : "", keyspace.ToString());
    }

    private static byte[] Secret(DataKey key)
    {
        byte[] secret = new byte[DataKey.SecretBytes];
        key.CopySecret(secret);
        return secret;
    }

    private static async Task<KeyFault> FaultAsync<T>(Func<ValueTask<T>> request) =>
        (await Assert.ThrowsAsync<KeyException>(async () => await request())).Fault;

    private async Task AssertNotAuthenticAsync(WrappedKey wrapped) => Assert.Equal(
        KeyFault.NotAuthentic,
        await FaultAsync(() => _keys.UnwrapAsync(World.Alice, wrapped, Token)));

    private async Task<WrappedKey> WrapAsync(Keyspace keyspace, LocalKeyFileService? keys = null)
    {
        using DataKey key = DataKey.Create(new SystemEntropy());
        return await (keys ?? _keys).WrapAsync(keyspace, key, Token);
    }

    private LocalKeyFileService Open() => new(KeyPath, new SystemEntropy(), TimeProvider.System);
}
