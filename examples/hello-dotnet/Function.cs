using System.Security.Cryptography;
using Thaw.Functions;

namespace HelloDotnet;

/// <summary>A function whose init is worth not repeating: code to be compiled, and a table of 16 MiB.</summary>
public sealed class Function
{
    private const int TableBytes = 16 << 20;
    private readonly Guid _initId = Guid.NewGuid();
    private readonly byte[] _table = BuildTable();
    private int _invocations;
    private int _restored;

    public Function()
    {
        SnapshotRestore.RegisterBeforeSnapshot(() =>
        {
            // Connections, temporary credentials and the like would be let go here.
            Console.WriteLine($"before the snapshot, init {_initId}");
            return ValueTask.CompletedTask;
        });
        SnapshotRestore.RegisterAfterRestore(() =>
        {
            // And made again here, once for each clone.
            _restored++;
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>Shows what clones share (init) and what they do not (everything random).</summary>
    public Answer Handle(Greeting greeting, FunctionContext context) => new()
    {
        Message = $"Hello, {greeting.Name ?? "world"}!",
        Uuid = Guid.NewGuid(),
        RandomHex = RandomNumberGenerator.GetHexString(32, lowercase: true),
        Shared = Random.Shared.Next(),
        InitId = _initId,
        Restored = _restored,
        Invocations = ++_invocations,
        Table = Convert.ToHexStringLower(SHA256.HashData(_table.AsSpan(0, 4096)))[..16],
        RequestId = context.AwsRequestId,
        RemainingMs = (long)context.RemainingTime.TotalMilliseconds,
    };

    private static byte[] BuildTable()
    {
        byte[] table = new byte[TableBytes];
        byte[] block = SHA256.HashData("thaw"u8);
        for (int at = 0; at < table.Length; at += block.Length)
        {
            block.CopyTo(table, at);
            if (at % (64 * 1024) == 0)
            {
                block = SHA256.HashData(block);
            }
        }

        return table;
    }
}
