using System.Security.Cryptography;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// A key service in one local file (0600, made on first use). Every call reads the file, so that what another process
/// rotated or revoked holds at once; safe for several processes. Format: docs/formats/chunk-store.md.
/// </summary>
/// <remarks>Data keys that were unwrapped before a revocation stay usable in the processes that hold them.</remarks>
public sealed class LocalKeyFileService : IKeyService
{
    private readonly KeyFile _file;
    private readonly IEntropy _entropy;
    private readonly TimeProvider _time;

    /// <summary>Opens the service; nothing is read or made yet.</summary>
    /// <param name="path">The key file; its directory is made (0700) when it is not there.</param>
    /// <param name="entropy">Where keys come from.</param>
    /// <param name="time">For the keys' dates.</param>
    public LocalKeyFileService(string path, IEntropy entropy, TimeProvider time)
    {
        _file = new KeyFile(path);
        _entropy = entropy;
        _time = time;
    }

    /// <inheritdoc/>
    public ValueTask CreateAsync(Keyspace keyspace, CancellationToken cancellationToken)
    {
        Require(keyspace);
        _file.Update(content =>
        {
            bool isNeeded = content.FindActive(keyspace) is null;
            if (isNeeded)
            {
                content.Keys.Add(NewEntry(keyspace));
            }
            return isNeeded;
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<WrappedKey> WrapAsync(Keyspace keyspace, DataKey key, CancellationToken cancellationToken)
    {
        using KeyFileContent content = LoadWithActive(keyspace, out KeyFileEntry master);
        KeyId masterId = IdOf(master);
        Span<byte> wrappingKey = stackalloc byte[DataKey.SecretBytes];
        Derive(master, "thaw wrap v1"u8, wrappingKey);
        byte[] blob = KeyWrap.Wrap(wrappingKey, key, Binding(keyspace, masterId, key.Id), _entropy);
        CryptographicOperations.ZeroMemory(wrappingKey);
        return ValueTask.FromResult(new WrappedKey(key.Id, masterId, blob));
    }

    /// <inheritdoc/>
    public ValueTask<DataKey> UnwrapAsync(Keyspace keyspace, WrappedKey wrapped, CancellationToken cancellationToken)
    {
        Require(keyspace);
        using KeyFileContent content = _file.Load();
        KeyFileEntry master = content.Find(keyspace, wrapped.MasterKeyId) ?? throw new KeyException(
            KeyFault.Unknown, keyspace, $"Master key {wrapped.MasterKeyId} of {keyspace} is not in this key file.");
        if (master.State == KeyState.Destroyed)
        {
            throw Revoked(keyspace);
        }
        Span<byte> wrappingKey = stackalloc byte[DataKey.SecretBytes];
        Derive(master, "thaw wrap v1"u8, wrappingKey);
        DataKey? key = KeyWrap.Unwrap(
            wrappingKey,
            wrapped.DataKeyId,
            wrapped.Blob.Span,
            Binding(keyspace, wrapped.MasterKeyId, wrapped.DataKeyId));
        CryptographicOperations.ZeroMemory(wrappingKey);
        return ValueTask.FromResult(key ?? throw new KeyException(
            KeyFault.NotAuthentic,
            keyspace,
            $"Data key {wrapped.DataKeyId} is not what master key {wrapped.MasterKeyId} of {keyspace} wrapped."));
    }

    /// <inheritdoc/>
    public ValueTask<DataKey> GetConvergentKeyAsync(Keyspace keyspace, CancellationToken cancellationToken)
    {
        if (!keyspace.IsService)
        {
            throw new ArgumentException($"{keyspace} has no convergent key, only the service has.", nameof(keyspace));
        }
        using KeyFileContent content = LoadWithActive(keyspace, out KeyFileEntry master);
        Span<byte> id = stackalloc byte[KeyId.Bytes];
        Span<byte> secret = stackalloc byte[DataKey.SecretBytes];
        Derive(master, "thaw convergent id v1"u8, id);
        Derive(master, "thaw convergent v1"u8, secret);
        DataKey key = new(KeyId.Read(id), secret);
        CryptographicOperations.ZeroMemory(secret);
        return ValueTask.FromResult(key);
    }

    /// <inheritdoc/>
    public ValueTask<KeyId> RotateAsync(Keyspace keyspace, CancellationToken cancellationToken)
    {
        Require(keyspace);
        KeyFileEntry fresh = NewEntry(keyspace);
        _file.Update(content =>
        {
            if (content.IsRevoked(keyspace))
            {
                throw Revoked(keyspace);
            }
            if (content.FindActive(keyspace) is { } active)
            {
                active.State = KeyState.Retired;
            }
            content.Keys.Add(fresh);
            return true;
        });
        return ValueTask.FromResult(IdOf(fresh));
    }

    /// <inheritdoc/>
    public ValueTask<int> RevokeAsync(Keyspace keyspace, CancellationToken cancellationToken)
    {
        Require(keyspace);
        int count = 0;
        _file.Update(content =>
        {
            foreach (KeyFileEntry key in content.Keys)
            {
                if (key.Keyspace == keyspace.ToString() && key.State != KeyState.Destroyed)
                {
                    key.Destroy();
                    count++;
                }
            }
            return count > 0;
        });
        return ValueTask.FromResult(count);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeyInfo>> ListAsync(CancellationToken cancellationToken)
    {
        using KeyFileContent content = _file.Load();
        return ValueTask.FromResult<IReadOnlyList<KeyInfo>>([.. content.Keys.Select(ToInfo)]);
    }

    private static KeyInfo ToInfo(KeyFileEntry entry)
    {
        Invariant.That(Keyspace.TryParse(entry.Keyspace, out Keyspace keyspace));
        return new KeyInfo(keyspace, IdOf(entry), entry.State, entry.Created);
    }

    private static KeyId IdOf(KeyFileEntry entry)
    {
        Invariant.That(KeyId.TryParse(entry.Id, out KeyId id));
        return id;
    }

    private static byte[] Binding(Keyspace keyspace, KeyId masterKey, KeyId dataKey) =>
        KeyWrap.Binding("thaw wrap v1"u8, keyspace, masterKey, dataKey);

    private static void Derive(KeyFileEntry master, ReadOnlySpan<byte> use, Span<byte> destination) =>
        HKDF.Expand(HashAlgorithmName.SHA256, master.Secret, destination, use);

    private static void Require(Keyspace keyspace)
    {
        if (keyspace == default)
        {
            throw new ArgumentException("A key belongs to a keyspace.", nameof(keyspace));
        }
    }

    private static KeyException Revoked(Keyspace keyspace) =>
        new(KeyFault.Revoked, keyspace, $"The keys of {keyspace} were revoked.");

    private KeyFileContent LoadWithActive(Keyspace keyspace, out KeyFileEntry active)
    {
        Require(keyspace);
        KeyFileContent content = _file.Load();
        if (content.FindActive(keyspace) is null && !content.IsRevoked(keyspace))
        {
            content.Dispose();
            MakeFirst(keyspace);
            content = _file.Load();
        }
        active = content.FindActive(keyspace) ?? throw Revoked(keyspace);
        return content;
    }

    // Looks again under the lock: a revocation that came first stays.
    private void MakeFirst(Keyspace keyspace) => _file.Update(content =>
    {
        bool isFirst = !content.Keys.Exists(key => key.Keyspace == keyspace.ToString());
        if (isFirst)
        {
            content.Keys.Add(NewEntry(keyspace));
        }
        return isFirst;
    });

    private KeyFileEntry NewEntry(Keyspace keyspace)
    {
        byte[] secret = GC.AllocateArray<byte>(DataKey.SecretBytes, pinned: true);
        _entropy.Fill(secret);
        return new KeyFileEntry
        {
            Keyspace = keyspace.ToString(),
            Id = KeyId.Create(_entropy).ToString(),
            State = KeyState.Active,
            Created = _time.GetUtcNow(),
            Secret = secret,
        };
    }
}
