namespace Thaw.Tidy.Tests.Code;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData("a // b", "a     ")]
    [InlineData("a /* b\nc */ d", "a     \n     d")]
    [InlineData("x(\"b\\\"c\", d)", "x(\"    \", d)")]
    [InlineData("x(@\"b\"\"c\", d)", "x( \"    \", d)")]
    [InlineData("x($\"b{c}d\", e)", "x( \"  c  \", e)")]
    [InlineData("x($\"b{{c}}d\", e)", "x( \"       \", e)")]
    [InlineData("x($\"b{c[\"q\"]}d\", e)", "x( \"  c[\" \"]  \", e)")]
    [InlineData("'\"' + '\\'' + '{'", "' ' + '  ' + ' '")]
    public void Of_StringsAndComments_AreBlanked(string text, string code) => Assert.Equal(code, CodeText.Of(text));

    [Fact]
    public void Of_RawString_IsBlankedButItsHoles()
    {
        string text = "x($$\"\"\"{a}{{b}}\"c\"\"\"\", d);";

        string code = CodeText.Of(text);

        Assert.Equal(text.Length, code.Length);
        Assert.Contains('b', code);
        Assert.DoesNotContain('a', code);
        Assert.DoesNotContain('c', code);
        Assert.EndsWith(", d);", code, StringComparison.Ordinal);
    }
}
