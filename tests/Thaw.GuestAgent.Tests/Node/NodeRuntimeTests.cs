using System.Text.Json;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.GuestAgent.Tests.Runtimes;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Node;

/// <summary>The Node.js runtime in a real process, against the real Runtime API.</summary>
public sealed class NodeRuntimeTests
{
    private const string Runtime = "nodejs20.x";

    [Fact]
    public void Handler_Returns_IsAnsweredWithItsContext()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            """
            exports.handler = async (event, context) => [
              event, context.awsRequestId, context.functionName, context.functionVersion, context.memoryLimitInMB,
              context.invokedFunctionArn.split(':').at(-2), context.getRemainingTimeInMillis() > 0,
              context.clientContext.custom, context.identity.cognitoIdentityId, context.callbackWaitsForEmptyEventLoop,
              process.env.GREETING, process.env._X_AMZN_TRACE_ID, process.env.AWS_LAMBDA_INITIALIZATION_TYPE];
            """,
            file: "app.js");
        Assert.True(function.Init().Done.Ok);

        (InvokeDone done, string body) = function.Invoke("""{"é":[1,2.5,null]}""", SessionBench.Request() with
        {
            DeadlineUnixMs = long.MaxValue / 1_000_000,
            TraceId = "Root=1",
            ClientContext = """{"custom":{"k":"v"},"client":{"app_title":"t"}}""",
            CognitoIdentity = """{"cognitoIdentityId":"id-1"}""",
        });

        Assert.True(done.Ok, body);
        Assert.Equal(
            """[{"é":[1,2.5,null]},"r-1","hello","1","128","hello",true,{"k":"v"},"id-1",true,"hi","Root=1","""
            + "\"on-demand\"]",
            body);
    }

    [Theory]
    [InlineData("app.js", "exports.handler = async (event) => event + 1;", "7")]
    [InlineData("app.cjs", "module.exports = { handler: (event) => Promise.resolve(event + 1) };", "7")]
    [InlineData("app.mjs", "const one = await Promise.resolve(1); export const handler = async (e) => e + one;", "7")]
    [InlineData("app.js", "exports.handler = (event, context, callback) => callback(null, event + 1);", "7")]
    [InlineData("app.js", "exports.handler = (event, context) => context.succeed(event + 1);", "7")]
    [InlineData("app.js", "exports.handler = (event, context, callback) => setTimeout(callback, 5, null, 7);", "7")]
    [InlineData("app.js", "exports.handler = (event) => event + 1;", "null")]
    [InlineData("app.js", "exports.handler = async () => {};", "null")]
    public void Handler_OfEachStyle_Answers(string file, string source, string answer)
    {
        using LiveFunction function = new(Runtime);
        function.Start(source, file: file);
        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);

        Assert.Equal(answer, function.Invoke("6").Body);
        Assert.Equal(answer, function.Invoke("6").Body);
    }

    [Fact]
    public void Handler_InAPackageOfModules_IsFoundInItsFolderAndObject()
    {
        using LiveFunction function = new(Runtime);
        _ = Directory.CreateDirectory(Path.Combine(function.TaskRoot, "sub"));
        File.WriteAllText(Path.Combine(function.TaskRoot, "sub/mod.js"), "export const a = { go: async () => 7 };");
        function.Start(
            """{ "type": "module" }""", change: c => c with { Handler = "sub/mod.a.go" }, file: "package.json");

        (InitDone done, string error) = function.Init();
        Assert.True(done.Ok, error);
        Assert.Equal("7", function.Invoke().Body);
    }

    [Theory]
    [InlineData(true, "[true]")]
    [InlineData(false, "[false]")]
    public void Callback_WaitsForTheEventLoop_UnlessToldNotTo(bool waits, string answer)
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            $$"""
            exports.handler = (event, context, callback) => {
              context.callbackWaitsForEmptyEventLoop = {{(waits ? "true" : "false")}};
              const result = [false];
              setTimeout(() => { result[0] = true; }, 20);
              callback(null, result);
            };
            """,
            file: "app.js");
        Assert.True(function.Init().Done.Ok);

        Assert.Equal(answer, function.Invoke().Body);
    }

    [Theory]
    [InlineData("async () => { inner(); }")]
    [InlineData("() => { inner(); }")]
    [InlineData("(event, context, callback) => { try { inner(); } catch (error) { callback(error); } }")]
    public void Handler_Throws_IsAnsweredInLambdasShape(string handler)
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            $$"""
            class Custom extends Error { name = 'Custom'; }
            function inner() { throw new Custom('so nicht'); }
            exports.handler = {{handler}};
            """,
            file: "app.js");
        Assert.True(function.Init().Done.Ok);

        (InvokeDone done, string body) = function.Invoke();

        Assert.Equal((false, InvokeErrorKind.Unhandled, true), (done.Ok, done.ErrorKind, done.Reusable));
        using JsonDocument json = JsonDocument.Parse(body);
        Assert.Equal("Custom", json.RootElement.GetProperty("errorType").GetString());
        Assert.Equal("so nicht", json.RootElement.GetProperty("errorMessage").GetString());
        Assert.Contains("at inner (", json.RootElement.GetProperty("trace")[1].GetString(), StringComparison.Ordinal);
        Assert.Contains("app.js:2", done.Error!.StackTrace[1], StringComparison.Ordinal);
        Assert.Contains("\tr-1\tERROR\tInvoke Error \t{\"errorType\":\"Cu", function.Log, StringComparison.Ordinal);
        Assert.False(function.Invoke().Done.Ok);
    }

    [Theory]
    [InlineData("setTimeout(() => { throw new Error('late'); }, 1)", "Error", "late")]
    [InlineData("Promise.reject(new Error('lost'))", "Runtime.UnhandledPromiseRejection", "Error: lost")]
    public void Handler_LosesAnError_IsAnsweredWithItAndNotUsedAgain(string statement, string type, string message)
    {
        using LiveFunction function = new(Runtime);
        function.Start($"exports.handler = () => new Promise(() => {{ {statement}; }});", file: "app.js");
        Assert.True(function.Init().Done.Ok);

        InvokeDone done = function.Invoke().Done;

        Assert.Equal((type, message), (done.Error!.ErrorType, done.Error.ErrorMessage));
        Assert.Equal((InvokeErrorKind.Unhandled, false), (done.ErrorKind, done.Reusable));
    }

    [Theory]
    [InlineData("() => new Promise(() => {})", "{}", "Runtime.NodeJsExit")]
    [InlineData("async () => { throw 'text'; }", "{}", "string")]
    [InlineData("async () => 1n", "{}", "Runtime.MarshalError")]
    [InlineData("async () => { const a = []; a.push(a); return a; }", "{}", "Runtime.MarshalError")]
    [InlineData("async () => 1", "{not json", "Runtime.UnmarshalError")]
    public void Handler_ComesToNothing_IsAnError(string handler, string payload, string errorType)
    {
        using LiveFunction function = new(Runtime);
        function.Start($"exports.handler = {handler};", file: "app.js");
        Assert.True(function.Init().Done.Ok);

        InvokeDone done = function.Invoke(payload).Done;

        Assert.Equal((errorType, true), (done.Error!.ErrorType, done.Reusable));
    }

    [Theory]
    [InlineData("require('nothing-like-this')", "Runtime.ImportModuleError")]
    [InlineData("exports.handler = (:", "Runtime.UserCodeSyntaxError")]
    [InlineData("exports.other = 1", "Runtime.HandlerNotFound")]
    [InlineData("throw new RangeError('in init')", "RangeError")]
    [InlineData("Promise.reject(new Error('lost'))", "Runtime.HandlerNotFound")]
    [InlineData("exports.handler = () => 1; Promise.reject(new Error())", "Runtime.UnhandledPromiseRejection")]
    public void Init_Fails_IsAnsweredInLambdasWords(string source, string errorType)
    {
        using LiveFunction function = new(Runtime);
        function.Start(source, file: "app.js");

        (InitDone done, string body) = function.Init();

        Assert.False(done.Ok);
        Assert.Equal(errorType, done.Error!.ErrorType);
        using JsonDocument json = JsonDocument.Parse(body);
        Assert.Equal(errorType, json.RootElement.GetProperty("errorType").GetString());
        Assert.Contains("\tERROR\t", function.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("handler", "Runtime.MalformedHandlerName")]
    [InlineData("../app.handler", "Runtime.MalformedHandlerName")]
    [InlineData("missing.handler", "Runtime.ImportModuleError")]
    public void Init_HandlerThatLeadsNowhere_IsRefused(string handler, string errorType)
    {
        using LiveFunction function = new(Runtime);
        function.Start("", change: c => c with { Handler = handler }, file: "app.js");

        Assert.Equal(errorType, function.Init().Done.Error!.ErrorType);
    }

    [Fact]
    public void Handler_EndsTheProcess_IsAnsweredExitErrorWithItsOutputKept()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            "exports.handler = () => { console.log('last words'); process.exit(4); };", file: "app.js");
        Assert.True(function.Init().Done.Ok);

        InvokeDone done = function.Invoke().Done;

        Assert.Equal(
            (InvokeErrorKind.ExitError, "RequestId: r-1 Error: Runtime exited with error: exit status 4"),
            (done.ErrorKind, done.Error!.ErrorMessage));
        Assert.Contains("last words", function.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Handler_ResponsesAroundTheLimit_AreTakenOrRefused()
    {
        using LiveFunction function = new(Runtime);
        function.Start("exports.handler = async (count) => 'x'.repeat(count);", file: "app.js");
        Assert.True(function.Init().Done.Ok);

        // The quotes around the text make two more bytes.
        Assert.True(function.Invoke($"{ProtocolLimits.PayloadSizeBytesMax - 2}").Done.Ok);
        InvokeDone refused = function.Invoke($"{ProtocolLimits.PayloadSizeBytesMax - 1}").Done;
        Assert.Equal(InvokeErrorKind.ResponseTooLarge, refused.ErrorKind);
        Assert.Equal("\"x\"", function.Invoke("1").Body);
    }

    [Fact]
    public void Handler_LargeEventAndLog_AreWhole()
    {
        using LiveFunction function = new(Runtime);
        function.Start(
            """
            exports.handler = async (event) => {
              for (let line = 0; line < 300; line++) console.log('y'.repeat(1000));
              process.stderr.write('err');
              console.warn('number %d of %j', 1, { of: 2 });
              return event.length;
            };
            """,
            file: "app.js");
        Assert.True(function.Init().Done.Ok);

        Assert.Equal("5000000", function.Invoke($"\"{new string('x', 5_000_000)}\"").Body);

        string log = function.Log;
        Assert.Equal(300_000, log.Count(character => character == 'y'));
        Assert.Contains("err", log, StringComparison.Ordinal);
        Assert.Matches("[0-9T:.-]+Z\tr-1\tWARN\tnumber 1 of {\"of\":2}\n", log);
    }
}
