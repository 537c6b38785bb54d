using Thaw.FunctionRuntime.Faults;
using Thaw.FunctionRuntime.Handlers;

namespace Thaw.FunctionRuntime.Tests.Handlers;

public sealed class HandlerNameTests
{
    [Fact]
    public void Parse_OfThreeParts_IsThem() => Assert.Equal(
        new HandlerName("My.Assembly", "My.Space.Outer+Inner", "Handle"),
        HandlerName.Parse("My.Assembly::My.Space.Outer+Inner::Handle"));

    [Theory]
    [InlineData("")]
    [InlineData("app.handler")]
    [InlineData("A::B")]
    [InlineData("A::B::C::D")]
    [InlineData("::B::C")]
    [InlineData("A::B::")]
    [InlineData("../A::B::C")]
    public void Parse_OfAnythingElse_IsMalformed(string name) =>
        Assert.Equal(Fault.MalformedHandlerName, Assert.Throws<Fault>(() => HandlerName.Parse(name)).ErrorType);
}
