using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Thaw.Protocol;

namespace Thaw.EndToEnd.Tests.Monitors;

/// <summary>A connection with a guest's agent, over the pipes of a process that holds the socket.</summary>
internal sealed class AgentChannel : IDisposable
{
    private static readonly TimeSpan s_answerMax = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;

    public AgentChannel(Process process)
    {
        _process = process;
        _reader = new FrameReader(process.StandardOutput.BaseStream);
        _writer = new FrameWriter(process.StandardInput.BaseStream);
    }

    /// <summary>Asks the monitor for the agent's port, as Firecracker has it.</summary>
    public static async Task<AgentChannel> ConnectAsync(Process process)
    {
        Stream into = process.StandardInput.BaseStream;
        await into.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {ProtocolLimits.AgentPort}\n"));
        await into.FlushAsync();
        using var bound = new CancellationTokenSource(s_answerMax);
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (await process.StandardOutput.BaseStream.ReadAsync(one, bound.Token) == 1 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }

        Assert.StartsWith("OK ", line.ToString(), StringComparison.Ordinal);
        return new AgentChannel(process);
    }

    /// <summary>Sends a message and waits for its answer; what is logged meanwhile is dropped.</summary>
    public async Task<(T Message, ReadOnlyMemory<byte> Body)> AskAsync<T>(
        AgentMessage message, ReadOnlyMemory<byte> body = default)
        where T : AgentMessage
    {
        using var bound = new CancellationTokenSource(s_answerMax);
        await _writer.WriteAsync(message, body, bound.Token);
        return await ReadAsync<T>(bound.Token);
    }

    /// <summary>Waits for a message.</summary>
    public async Task<T> ReadAsync<T>()
        where T : AgentMessage
    {
        using var bound = new CancellationTokenSource(s_answerMax);
        return (await ReadAsync<T>(bound.Token)).Message;
    }

    /// <summary>Sends bytes that may be no whole frame.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _process.StandardInput.BaseStream.WriteAsync(bytes);
        await _process.StandardInput.BaseStream.FlushAsync();
    }

    /// <summary>What makes a clone unique.</summary>
    public static Restore NewRestore(ulong generation) => new()
    {
        ProtocolVersion = ProtocolLimits.Version,
        CloneId = Guid.NewGuid().ToString(),
        Generation = generation,
        Entropy = RandomNumberGenerator.GetBytes(ProtocolLimits.EntropySizeBytesMax),
        WallClockUnixNs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000,
        RestoreTimeoutMs = 60_000,
    };

    /// <summary>Has the function run in what is a clone now.</summary>
    public async Task<Restored> RestoreAsync(ulong generation)
    {
        (Restored restored, _) = await AskAsync<Restored>(NewRestore(generation));
        Assert.True(restored.Ok, $"{restored.FailedStep}: {restored.Error?.ErrorMessage}");
        return restored;
    }

    /// <summary>Runs the handler, which has to succeed.</summary>
    public async Task<JsonNode?> InvokeAsync(JsonObject payload)
    {
        (InvokeDone done, ReadOnlyMemory<byte> body) = await AskAsync<InvokeDone>(
            new Invoke
            {
                RequestId = Guid.NewGuid().ToString(),
                DeadlineUnixMs = DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds(),
                TimeoutMs = 60_000,
            },
            JsonSerializer.SerializeToUtf8Bytes(payload));
        Assert.True(done.Ok, Encoding.UTF8.GetString(body.Span));
        return JsonNode.Parse(body.Span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _process.Kill();
        _process.Dispose();
    }

    private async Task<(T Message, ReadOnlyMemory<byte> Body)> ReadAsync<T>(CancellationToken cancellationToken)
        where T : AgentMessage
    {
        while (true)
        {
            Frame? frame = await _reader.ReadAsync(cancellationToken);
            Assert.True(frame is not null, $"The connection ended in place of {typeof(T).Name}.");
            switch (frame.Message)
            {
                case T answer:
                    return (answer, frame.Body);
                case LogOutput:
                    break;
                case Failed failed:
                    throw new InvalidOperationException($"{failed.Step}: {failed.Error}");
                default:
                    throw new InvalidOperationException($"{frame.Kind} in place of {typeof(T).Name}.");
            }
        }
    }
}
