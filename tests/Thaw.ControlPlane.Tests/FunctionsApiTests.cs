using System.Net;
using System.Text.Json;
using static Thaw.ControlPlane.Tests.Service;

namespace Thaw.ControlPlane.Tests;

public sealed class FunctionsApiTests
{
    private const string Root = "/2015-03-31/functions";

    [Fact]
    public async Task Create_WithMinimalRequest_AnswersLambdasShapeAndDefaults()
    {
        await using Service service = await StartAsync();

        Answer created = await service.CreateAsync("hello", snapStart: true);

        Assert.Equal(HttpStatusCode.Created, created.Status);
        JsonElement json = created.Json;
        Assert.Equal(
            "arn:aws:lambda:us-east-1:000000000000:function:hello", json.GetProperty("FunctionArn").GetString());
        Assert.Equal("$LATEST", json.GetProperty("Version").GetString());
        Assert.Equal(128, json.GetProperty("MemorySize").GetInt32());
        Assert.Equal(3, json.GetProperty("Timeout").GetInt32());
        Assert.Equal("Active", json.GetProperty("State").GetString());
        Assert.Equal("PublishedVersions", json.GetProperty("SnapStart").GetProperty("ApplyOn").GetString());
        Assert.Equal("Off", json.GetProperty("SnapStart").GetProperty("OptimizationStatus").GetString());
        Assert.Equal(32, Convert.FromBase64String(json.GetProperty("CodeSha256").GetString()!).Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$", json.GetProperty("LastModified").GetString());
        Assert.True(Guid.TryParse(created.Headers["x-amzn-RequestId"], out _));
    }

    [Fact]
    public async Task Create_SecondFunctionOfOneName_IsConflictAndLeavesTheFirst()
    {
        await using Service service = await StartAsync();
        Answer first = await service.CreateAsync("hello");

        Answer second = await service.CreateAsync("hello", code: "other");

        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        Assert.Equal("ResourceConflictException", second.ErrorType);
        Assert.Equal("User", second.Json.GetProperty("Type").GetString());
        Assert.Equal("Function already exist: hello", second.Message);
        Answer found = await service.SendAsync(HttpMethod.Get, $"{Root}/hello/configuration");
        Assert.Equal(
            first.Json.GetProperty("CodeSha256").GetString(), found.Json.GetProperty("CodeSha256").GetString());
        Assert.Single(Directory.GetFiles(Path.Combine(service.Directory, "functions", "hello")));
    }

    [Theory]
    [InlineData(""","MemorySize":127""", "memorySize")]
    [InlineData(""","MemorySize":3009""", "memorySize")]
    [InlineData(""","Timeout":0""", "timeout")]
    [InlineData(""","Timeout":901""", "timeout")]
    [InlineData(""","Runtime":"cobol74" """, "runtime")]
    [InlineData(""","Handler":"a b" """, "handler")]
    [InlineData(""","PackageType":"Image" """, "PackageType")]
    [InlineData(""","Architectures":["arm64"]""", "x86_64")]
    [InlineData(""","Layers":["arn:aws:lambda:x"]""", "Layers")]
    [InlineData(""","Environment":{"Variables":{"AWS_REGION":"x"}}""", "AWS_REGION")]
    [InlineData(""","Environment":{"Variables":{"1A":"x"}}""", "environment.variables")]
    [InlineData(""","SnapStart":{"ApplyOn":"Sometimes"}""", "snapStart.applyOn")]
    [InlineData(""","FunctionName":"../etc" """, "functionName")]
    [InlineData(""","FunctionName":"" """, "functionName")]
    [InlineData(""","Code":{"ZipFile":"AAAA"}""", "unzip")]
    [InlineData(""","Code":{"S3Bucket":"b"}""", "ZipFile")]
    [InlineData(""","Code":{}""", "source")]
    public async Task Create_WithBadParameter_NamesIt(string more, string named)
    {
        await using Service service = await StartAsync();

        Answer refused = await service.CreateAsync("hello", more: more);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("InvalidParameterValueException", refused.ErrorType);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(service.Directory, "functions")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"MemorySize":"many"}""")]
    public async Task Create_WithoutReadableJson_IsInvalidRequestContent(string body)
    {
        await using Service service = await StartAsync();

        Answer refused = await service.SendAsync(HttpMethod.Post, Root, body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("InvalidRequestContentException", refused.ErrorType);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("hello:$LATEST")]
    [InlineData("arn:aws:lambda:eu-west-1:123456789012:function:hello")]
    [InlineData("arn:aws:lambda:eu-west-1:123456789012:function:hello:%24LATEST")]
    [InlineData("123456789012:function:hello")]
    [InlineData("function:hello")]
    public async Task Get_ByAnyFormOfName_FindsTheFunction(string name)
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer found = await service.SendAsync(HttpMethod.Get, $"{Root}/{name.Replace(":", "%3A")}");

        Assert.Equal("hello", found.Json.GetProperty("Configuration").GetProperty("FunctionName").GetString());
        string location = found.Json.GetProperty("Code").GetProperty("Location").GetString()!;
        byte[] code = await service.Client.GetByteArrayAsync(location, TestContext.Current.CancellationToken);
        Assert.Equal(Zip("x").Length, code.Length);
    }

    [Theory]
    [InlineData("nobody", HttpStatusCode.NotFound, "ResourceNotFoundException")]
    [InlineData("hello:7", HttpStatusCode.NotFound, "ResourceNotFoundException")]
    [InlineData("hello:prod", HttpStatusCode.NotFound, "ResourceNotFoundException")]
    [InlineData("hello:1?Qualifier=2", HttpStatusCode.BadRequest, "InvalidParameterValueException")]
    [InlineData("hel%20lo", HttpStatusCode.BadRequest, "InvalidParameterValueException")]
    public async Task Get_WhatIsNotThere_SaysSo(string path, HttpStatusCode status, string errorType)
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer refused = await service.SendAsync(HttpMethod.Get, $"{Root}/{path}");

        Assert.Equal(status, refused.Status);
        Assert.Equal(errorType, refused.ErrorType);
    }

    [Fact]
    public async Task List_InPages_GivesEachFunctionOnce()
    {
        await using Service service = await StartAsync();
        string[] names = ["a", "b", "c", "d", "e"];
        foreach (string name in names)
        {
            await service.CreateAsync(name);
        }

        List<string> listed = [];
        string query = "?MaxItems=2";
        int pages = 0;
        while (query.Length > 0)
        {
            JsonElement page = (await service.SendAsync(HttpMethod.Get, $"{Root}/{query}")).Json;
            listed.AddRange(page.GetProperty("Functions").EnumerateArray()
                .Select(item => item.GetProperty("FunctionName").GetString()!));
            query = page.TryGetProperty("NextMarker", out JsonElement marker)
                ? $"?MaxItems=2&Marker={Uri.EscapeDataString(marker.GetString()!)}"
                : "";
            pages++;
        }

        Assert.Equal(names, listed);
        Assert.Equal(3, pages);
    }

    [Fact]
    public async Task UpdateConfiguration_OfSomeFields_KeepsTheOthersAndRetiresLatest()
    {
        await using Service service = await StartAsync();
        Answer created = await service.CreateAsync("hello");

        Answer updated = await service.SendAsync(
            HttpMethod.Put, $"{Root}/hello/configuration",
            """{"MemorySize":512,"Environment":{"Variables":{"A":"1"}},"SnapStart":{"ApplyOn":"PublishedVersions"}}""");

        Assert.Equal(HttpStatusCode.OK, updated.Status);
        Assert.Equal(512, updated.Json.GetProperty("MemorySize").GetInt32());
        Assert.Equal("app.handler", updated.Json.GetProperty("Handler").GetString());
        Assert.Equal(
            "1", updated.Json.GetProperty("Environment").GetProperty("Variables").GetProperty("A").GetString());
        Assert.NotEqual(
            created.Json.GetProperty("RevisionId").GetString(), updated.Json.GetProperty("RevisionId").GetString());
        Assert.Contains(("hello", "$LATEST", false), service.Host.Retired);
    }

    [Fact]
    public async Task Update_WithAnOldRevisionId_FailsThePrecondition()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer refused = await service.SendAsync(
            HttpMethod.Put, $"{Root}/hello/configuration", """{"Timeout":5,"RevisionId":"old"}""");

        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.Status);
        Assert.Equal("PreconditionFailedException", refused.ErrorType);
    }

    [Fact]
    public async Task UpdateCode_WithDryRun_ChangesNothing()
    {
        await using Service service = await StartAsync();
        Answer created = await service.CreateAsync("hello");
        string body = $$"""{"ZipFile":"{{Convert.ToBase64String(Zip("new"))}}","DryRun":true}""";

        Answer answered = await service.SendAsync(HttpMethod.Put, $"{Root}/hello/code", body);

        Assert.Equal(HttpStatusCode.OK, answered.Status);
        Answer found = await service.SendAsync(HttpMethod.Get, $"{Root}/hello/configuration");
        Assert.Equal(
            created.Json.GetProperty("RevisionId").GetString(), found.Json.GetProperty("RevisionId").GetString());
    }

    [Fact]
    public async Task Delete_OfFunction_RemovesVersionsCodeAndSnapshots()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await service.PublishAsync("hello");

        Answer deleted = await service.SendAsync(HttpMethod.Delete, $"{Root}/hello");

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Contains(("hello", null, true), service.Host.Retired);
        Assert.False(Directory.Exists(Path.Combine(service.Directory, "functions", "hello")));
        Answer gone = await service.SendAsync(HttpMethod.Get, $"{Root}/hello?Qualifier=1");
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
    }

    [Fact]
    public async Task Delete_OfOneVersion_KeepsTheFunction()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello", snapStart: true);
        await service.PublishAsync("hello");

        Answer deleted = await service.SendAsync(HttpMethod.Delete, $"{Root}/hello?Qualifier=1");

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Contains(("hello", "1", true), service.Host.Retired);
        Answer kept = await service.SendAsync(HttpMethod.Get, $"{Root}/hello");
        Assert.Equal(HttpStatusCode.OK, kept.Status);
    }

    [Fact]
    public async Task Delete_OfLatest_IsRefused()
    {
        await using Service service = await StartAsync();
        await service.CreateAsync("hello");

        Answer refused = await service.SendAsync(HttpMethod.Delete, $"{Root}/hello?Qualifier=%24LATEST");

        Assert.Equal("InvalidParameterValueException", refused.ErrorType);
    }

    [Fact]
    public async Task UnknownOperation_AnswersAnErrorInAwsForm()
    {
        await using Service service = await StartAsync();

        Answer refused = await service.SendAsync(HttpMethod.Get, "/2018-10-31/layers");

        Assert.Equal(HttpStatusCode.NotFound, refused.Status);
        Assert.Equal("UnknownOperationException", refused.ErrorType);
    }
}
