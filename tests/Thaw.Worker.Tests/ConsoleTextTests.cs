using System.Text;
using Thaw.Worker.Monitors;

namespace Thaw.Worker.Tests;

public sealed class ConsoleTextTests
{
    [Theory]
    [InlineData("plain\r\ntext\n", "plain\ntext")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("\u001b]0;title\u0007shown", "shown")]
    [InlineData("a\0b\bc\u0085d", "abcd")]
    [InlineData("left\u202Eright\u200B", "leftright")]
    [InlineData("tab\tstays", "tab\tstays")]
    [InlineData("\n\n\r\n", "")]
    public void Sanitise_LeavesTextOnly(string written, string shown) =>
        Assert.Equal(shown, ConsoleText.Sanitise(Encoding.UTF8.GetBytes(written)));

    [Fact]
    public void Sanitise_OfManyLongLines_IsBounded()
    {
        string written = string.Join('\n', Enumerable.Range(0, 1000).Select(line => $"{line}:{new string('x', 1000)}"));

        string[] shown = ConsoleText.Sanitise(Encoding.UTF8.GetBytes(written)).Split('\n');

        Assert.Equal(WorkerLimits.ConsoleLinesShown, shown.Length);
        Assert.StartsWith("999:", shown[^1], StringComparison.Ordinal);
        Assert.All(shown, line => Assert.True(line.Length <= WorkerLimits.ConsoleLineLengthMax));
    }

    [Fact]
    public void Sanitise_OfBytesThatAreNoText_DoesNotThrow() =>
        Assert.NotNull(ConsoleText.Sanitise([0xFF, 0xFE, 0x1B, 0xC0, 0x1B]));

    [Fact]
    public void Read_AfterMoreThanFits_IsTheEnd()
    {
        ByteRing ring = new(8);
        ring.Append("abcdef"u8);
        Assert.Equal("abcdef", Encoding.ASCII.GetString(ring.ToArray()));
        ring.Append("ghijkl"u8);
        Assert.Equal("efghijkl", Encoding.ASCII.GetString(ring.ToArray()));
        ring.Append("0123456789abcdef!"u8);
        Assert.Equal("9abcdef!", Encoding.ASCII.GetString(ring.ToArray()));
        ring.Append(""u8);
        Assert.Equal("9abcdef!", Encoding.ASCII.GetString(ring.ToArray()));
    }
}
