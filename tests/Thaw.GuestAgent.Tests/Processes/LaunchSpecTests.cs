using Thaw.GuestAgent.Processes;
using Thaw.Linux;

namespace Thaw.GuestAgent.Tests.Processes;

public sealed class LaunchSpecTests
{
    [Fact]
    public void Decode_WhatEncodeWrote_IsTheSame()
    {
        LaunchSpec spec = new()
        {
            Root = "/run/thaw/root",
            CgroupDirectory = "",
            UserId = 1051,
            Directory = "/var/task",
            Arguments = ["/usr/bin/python3.13", "", "a b\n"],
            Environment = ["A=", "B=\u00e9=\n"],
        };

        LaunchSpec decoded = LaunchSpec.Decode(spec.Encode());

        Assert.Equal(
            (spec.Root, spec.CgroupDirectory, spec.UserId, spec.Directory),
            (decoded.Root, decoded.CgroupDirectory, decoded.UserId, decoded.Directory));
        Assert.Equal(spec.Arguments, decoded.Arguments);
        Assert.Equal(spec.Environment, decoded.Environment);
    }

    [Theory]
    [InlineData(0x0000, "Runtime exited without providing a reason")]
    [InlineData(0x0300, "Runtime exited with error: exit status 3")]
    [InlineData(0x0009, "Runtime exited with error: signal: killed")]
    [InlineData(0x008b, "Runtime exited with error: signal: segmentation fault")]
    public void ExitText_IsLambdasWording(int raw, string text) => Assert.Equal(text, ExitText.Of(new ExitStatus(raw)));
}
