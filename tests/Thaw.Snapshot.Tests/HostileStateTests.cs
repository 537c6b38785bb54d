namespace Thaw.Snapshot.Tests;

public sealed class HostileStateTests
{
    // Section bodies as a hostile writer with right checksums would give them.
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Decode_RandomBytes_NeverFailsOtherwise(int seed)
    {
        Random random = new(seed);
        byte[][] bodies = [Body(SampleSnapshot.Memory), Body(SampleSnapshot.Host), Body(SampleDevice.Create())];
        for (int round = 0; round < 3000; round++)
        {
            byte[] body = [.. bodies[round % bodies.Length]];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                body[random.Next(body.Length)] = (byte)(random.Next(3) * 127);
            }

            AssertDecodesOrRefuses<MemoryManifest>(body, seed, round);
            AssertDecodesOrRefuses<HostFingerprint>(body, seed, round);
            AssertDecodesOrRefuses<SampleDevice>(body, seed, round);
        }
    }

    [Fact]
    public void Decode_TruncatedAnywhere_IsRefused()
    {
        byte[] body = Body(SampleSnapshot.Memory);

        for (int length = 0; length < body.Length; length++)
        {
            StateReader reader = new("test", body.AsMemory(0, length));
            Assert.Equal(SnapshotFault.Truncated, SampleSnapshot.FaultOf(() => MemoryManifest.Decode(reader, 1)));
        }
    }

    [Fact]
    public void Bool_OfTwo_IsMalformed() =>
        Assert.Equal(SnapshotFault.Malformed, SampleSnapshot.FaultOf(() => Reader(2).Bool()));

    [Fact]
    public void Text_NotUtf8_IsMalformed() =>
        Assert.Equal(SnapshotFault.Malformed, SampleSnapshot.FaultOf(() => Reader(2, 0, 0, 0, 0xc3, 0x28).Text()));

    [Fact]
    public void Text_OverItsBound_IsLimitExceeded() =>
        Assert.Equal(
            SnapshotFault.LimitExceeded,
            SampleSnapshot.FaultOf(() => Reader(3, 0, 0, 0, 65, 65, 65).Text(bytesMax: 2)));

    [Fact]
    public void Count_MoreThanTheBytesThere_IsTruncated() =>
        Assert.Equal(
            SnapshotFault.Truncated,
            SampleSnapshot.FaultOf(() => Reader(2, 0, 0, 0, 1, 2, 3).Count(countMax: 100, elementBytes: 2)));

    [Fact]
    public void BytesExactly_AnotherLength_IsMalformed() =>
        Assert.Equal(SnapshotFault.Malformed, SampleSnapshot.FaultOf(() => Reader(1, 0, 0, 0, 9).BytesExactly(2)));

    [Fact]
    public void RequireEnd_WithBytesLeft_IsTrailingData() =>
        Assert.Equal(SnapshotFault.TrailingData, SampleSnapshot.FaultOf(() => Reader(1).RequireEnd()));

    private static StateReader Reader(params byte[] bytes) => new("test", bytes);

    private static byte[] Body<TState>(TState state)
        where TState : ISnapshotState<TState>
    {
        StateWriter writer = new();
        state.Encode(writer);
        return writer.ToMemory().ToArray();
    }

    private static void AssertDecodesOrRefuses<TState>(byte[] body, int seed, int round)
        where TState : ISnapshotState<TState>
    {
        Exception? failure = Record.Exception(() => TState.Decode(new StateReader("fuzz", body), TState.StateVersion));
        Assert.True(failure is null or SnapshotException, $"Seed {seed}, round {round}: {failure}");
    }
}
