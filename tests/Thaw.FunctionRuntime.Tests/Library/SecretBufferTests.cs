using Thaw.Functions;

namespace Thaw.FunctionRuntime.Tests.Library;

/// <summary>The library's memory for secrets.</summary>
public sealed class SecretBufferTests
{
    [Fact]
    public void Read_WhatWasWritten_IsGiven()
    {
        using SecretBuffer buffer = new(8);
        Assert.False(buffer.IsFilled);

        buffer.Write("longer"u8);
        buffer.Write("key"u8);

        byte[] read = new byte[8];
        Assert.True(buffer.IsFilled);
        Assert.Equal(3, buffer.Read(read));
        Assert.Equal("key\0\0\0\0\0"u8, read);
        byte[] used = [];
        buffer.Use(0, (secret, _) => used = secret.ToArray());
        Assert.Equal("key"u8, used);
    }

    [Fact]
    public void Read_AfterAWipe_AsksForTheSecretAgain()
    {
        byte[] fetched = [];
        int calls = 0;
        using SecretBuffer buffer = new(16, () => fetched = [(byte)++calls, 2, 3]);
        byte[] read = new byte[16];
        Assert.Equal(3, buffer.Read(read));
        Assert.Equal(3, buffer.Read(read));
        Assert.Equal(1, calls);

        buffer.Wipe();

        Assert.False(buffer.IsFilled);
        Assert.Equal(3, buffer.Read(read));
        Assert.Equal((byte)2, read[0]);
        // What the function fetched is not left in its heap.
        Assert.Equal(new byte[3], fetched);
    }

    [Fact]
    public void Read_AfterAWipe_WithNobodyToAsk_Throws()
    {
        using SecretBuffer buffer = new(16);
        buffer.Write("key"u8);
        buffer.Wipe();

        Assert.Throws<SecretWipedException>(() => buffer.Read(new byte[16]));
        Assert.Throws<SecretWipedException>(() => buffer.Use(0, (_, _) => { }));
    }

    [Fact]
    public void Memory_HasTheNameThatIsWiped_AndGoesWithTheBuffer()
    {
        const string Name = "/memfd:wipeonsuspend (deleted)";
        int before = Count();
        using (SecretBuffer buffer = new(1))
        {
            Assert.Equal(before + 1, Count());
        }

        Assert.Equal(before, Count());

        static int Count() =>
            File.ReadLines("/proc/self/maps").Count(line => line.EndsWith(Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Dispose_Twice_DoesNoHarm_AndThenNothingWorks()
    {
        SecretBuffer buffer = new(1);
        buffer.Dispose();
        buffer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => buffer.Write("x"u8));
        Assert.Throws<ObjectDisposedException>(() => buffer.IsFilled);
    }

    [Fact]
    public void Sizes_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecretBuffer(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecretBuffer((1 << 20) + 1));
        using SecretBuffer buffer = new(2);
        Assert.Throws<ArgumentException>(() => buffer.Write("key"u8));
        buffer.Write("ke"u8);
        Assert.Throws<ArgumentException>(() => buffer.Read(new byte[1]));
    }
}
