using System.Text.Json.Nodes;
using Thaw.Protocol;

namespace Thaw.EndToEnd.Tests.Monitors;

/// <summary>
/// A clone whose Restore does not come, comes in part, or is not one for it: the function stays frozen, until one comes
/// that is right.
/// </summary>
[Collection(LinuxSnapshotGroup.Name)]
public sealed class SpoiledRestoreTests(LinuxSnapshot snapshot)
{
    [Fact]
    public async Task FunctionRunsOnceAWholeAndFreshRestoreCame_AndNotBefore()
    {
        await snapshot.OriginalAsync();
        var clone = new LinuxMonitor(snapshot.Host, "spoiled");
        await clone.StartAsync();
        await clone.PutAsync("/snapshot/load", snapshot.Load(clone));
        Restore good = AgentChannel.NewRestore(generation: 1);
        byte[] frame = FrameCodec.Encode(good);

        // Cut within the length, within the header, and before the last byte.
        foreach (int sent in (int[])[0, 2, 40, frame.Length - 1])
        {
            using AgentChannel cut = await clone.ConnectAsync();
            await cut.SendAsync(frame.AsMemory(0, sent));
        }

        foreach (Restore spoiled in (Restore[])
            [
                good with { Generation = 0 },
                good with { Entropy = good.Entropy[..(ProtocolLimits.EntropySizeBytesMin - 1)] },
                good with { ProtocolVersion = ProtocolLimits.Version + 1 },
                good with { WallClockUnixNs = 0 },
            ])
        {
            using AgentChannel agent = await clone.ConnectAsync();
            (Restored refused, _) = await agent.AskAsync<Restored>(spoiled);
            Assert.Equal((false, "validate"), (refused.Ok, refused.FailedStep));
        }

        using AgentChannel last = await clone.ConnectAsync();
        (InvokeDone early, _) = await last.AskAsync<InvokeDone>(
            new Invoke { RequestId = "early", DeadlineUnixMs = long.MaxValue, TimeoutMs = 1000 }, "{}"u8.ToArray());
        (Restored restored, _) = await last.AskAsync<Restored>(good);
        JsonNode? state = await last.InvokeAsync(new JsonObject { ["do"] = "describe" });
        (Restored replayed, _) = await last.AskAsync<Restored>(good);
        await clone.EndAsync();

        Assert.Equal((false, InvokeErrorKind.NotReady), (early.Ok, early.ErrorKind));
        Assert.True(restored.Ok, $"{restored.FailedStep}: {restored.Error?.ErrorMessage}");
        // Its after-restore hook ran once, and its handler for the first time.
        Assert.Equal((1, 1), (state!["restored"]!.GetValue<int>(), state["invocations"]!.GetValue<int>()));
        Assert.Equal((false, "validate"), (replayed.Ok, replayed.FailedStep));
    }
}
