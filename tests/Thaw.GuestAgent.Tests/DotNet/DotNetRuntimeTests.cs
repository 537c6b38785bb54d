using System.Text.Json;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.DotNet;

/// <summary>The .NET runtime in a real process, against the real Runtime API.</summary>
public sealed class DotNetRuntimeTests
{
    [Fact]
    public void Handler_Returns_IsAnsweredWithItsContext()
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Calls::Context");
        Assert.True(function.Init().Done.Ok, function.Log);

        (InvokeDone done, string body) = function.Invoke("""{"é":[1,2.5,null]}""", SessionBench.Request() with
        {
            DeadlineUnixMs = long.MaxValue / 1_000_000,
            TraceId = "Root=1",
            ClientContext = """{"custom":{"k":"v"}}""",
            CognitoIdentity = """{"cognitoIdentityId":"id-1"}""",
        });

        Assert.True(done.Ok, body);
        Assert.Equal(
            """[{"é":[1,2.5,null]},"r-1","hello","1",128,"hello",true,"{\"custom\":{\"k\":\"v\"}}","id-1","hi","""
            + "\"Root=1\",\"on-demand\"]",
            body);
    }

    [Theory]
    [InlineData("Calls::OrderAsync", """{"name":"a","Count":2}""", """{"Name":"a","Count":3}""")]
    [InlineData("Calls::TextAsync", "\"grün\"", "\"GRÜN\"")]
    [InlineData("Calls::Copy", "any bytes", "<any bytes>")]
    public void Handler_OfAShape_IsGivenAndGivesIt(string handler, string payload, string response)
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet(handler);
        Assert.True(function.Init().Done.Ok, function.Log);

        Assert.Equal(response, function.Invoke(payload).Body);
    }

    [Fact]
    public void Handler_Logs_AreThereBeforeTheAnswer()
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Calls::NothingAsync");
        Assert.True(function.Init().Done.Ok, function.Log);

        Assert.Equal("null", function.Invoke().Body);

        Assert.Contains("plain r-1", function.Log, StringComparison.Ordinal);
        Assert.Contains("err", function.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fail")]
    [InlineData("FailAsync")]
    public void Handler_Throws_IsAnsweredInLambdasShape(string method)
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet($"Calls::{method}");
        Assert.True(function.Init().Done.Ok, function.Log);

        (InvokeDone done, string body) = function.Invoke();

        Assert.Equal((false, InvokeErrorKind.Unhandled, true), (done.Ok, done.ErrorKind, done.Reusable));
        JsonElement error = JsonDocument.Parse(body).RootElement;
        Assert.Equal("CustomException", error.GetProperty("errorType").GetString());
        Assert.Equal("so nicht", error.GetProperty("errorMessage").GetString());
        Assert.Equal("InvalidOperationException", error.GetProperty("cause").GetProperty("errorType").GetString());
        string[] stack = [.. error.GetProperty("stackTrace").EnumerateArray().Select(e => e.GetString()!)];
        Assert.Equal(2, stack.Length);
        Assert.StartsWith("at Thaw.SampleFunctions.Calls.Inner()", stack[0], StringComparison.Ordinal);
        Assert.StartsWith($"at Thaw.SampleFunctions.Calls.{method}()", stack[1], StringComparison.Ordinal);
        Assert.Contains("[ERROR] CustomException: so nicht", function.Log, StringComparison.Ordinal);
        Assert.False(function.Invoke().Done.Ok);
    }

    [Theory]
    [InlineData("OrderAsync", "{not json", "Runtime.UnmarshalError")]
    [InlineData("NotANumber", "{}", "Runtime.MarshalError")]
    public void Handler_WhatIsNotJson_IsAnError(string method, string payload, string errorType)
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet($"Calls::{method}");
        Assert.True(function.Init().Done.Ok, function.Log);

        Assert.Equal(errorType, function.Invoke(payload).Done.Error!.ErrorType);
    }

    [Fact]
    public void Handler_EndsTheProcess_IsAnsweredExitError()
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("Calls::Exit");
        Assert.True(function.Init().Done.Ok, function.Log);

        InvokeDone done = function.Invoke().Done;

        Assert.Equal(
            (InvokeErrorKind.ExitError, "RequestId: r-1 Error: Runtime exited with error: exit status 4"),
            (done.ErrorKind, done.Error!.ErrorMessage));
    }

    [Theory]
    [InlineData("Thaw.SampleFunctions", "Runtime.MalformedHandlerName")]
    [InlineData("Nothing::Like::This", "Runtime.ImportModuleError")]
    [InlineData("Thaw.SampleFunctions::Thaw.SampleFunctions.None::Handle", "Runtime.HandlerNotFound")]
    [InlineData("Thaw.SampleFunctions::Thaw.SampleFunctions.Calls::None", "Runtime.HandlerNotFound")]
    [InlineData("Thaw.SampleFunctions::Thaw.SampleFunctions.Calls::Overloaded", "Runtime.InvalidHandlerSignature")]
    [InlineData("Thaw.SampleFunctions::Thaw.SampleFunctions.Calls::Three", "Runtime.InvalidHandlerSignature")]
    [InlineData("Thaw.SampleFunctions::Thaw.SampleFunctions.BadInit::Handle", "TimeoutException")]
    [InlineData("Thaw.SampleFunctions::Thaw.SampleFunctions.BadType::Handle", "ArgumentOutOfRangeException")]
    public void Init_Fails_IsAnsweredInLambdasWords(string handler, string errorType)
    {
        using LiveFunction function = new("dotnet10");
        function.StartDotnet("", change: configuration => configuration with { Handler = handler });

        (InitDone done, string body) = function.Init();

        Assert.False(done.Ok);
        Assert.Equal(errorType, done.Error!.ErrorType);
        Assert.Equal(errorType, JsonDocument.Parse(body).RootElement.GetProperty("errorType").GetString());
        Assert.Contains($"[ERROR] {errorType}", function.Log, StringComparison.Ordinal);
    }
}
