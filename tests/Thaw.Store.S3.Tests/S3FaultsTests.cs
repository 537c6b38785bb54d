using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Thaw.Store.S3.Tests;

public sealed class S3FaultsTests
{
    [Theory]
    [InlineData(503, "SlowDown", StoreFault.Throttled)]
    [InlineData(503, "ServiceUnavailable", StoreFault.Throttled)]
    [InlineData(429, "", StoreFault.Throttled)]
    [InlineData(500, "InternalError", StoreFault.Unavailable)]
    [InlineData(502, "", StoreFault.Unavailable)]
    [InlineData(504, "", StoreFault.TimedOut)]
    [InlineData(400, "RequestTimeout", StoreFault.TimedOut)]
    [InlineData(403, "AccessDenied", StoreFault.AccessDenied)]
    [InlineData(403, "SignatureDoesNotMatch", StoreFault.AccessDenied)]
    [InlineData(404, "NoSuchBucket", StoreFault.Misconfigured)]
    [InlineData(507, "XMinioStorageFull", StoreFault.OutOfSpace)]
    [InlineData(403, "QuotaExceeded", StoreFault.OutOfSpace)]
    [InlineData(400, "InvalidArgument", StoreFault.Misconfigured)]
    public void Translate_OfAnAnswer_GivesItsFault(int status, string code, StoreFault fault) => Assert.Equal(
        fault,
        S3Faults.Translate(
            new AmazonS3Exception("said so", ErrorType.Unknown, code, "1", (HttpStatusCode)status),
            "It failed",
            null).Fault);

    [Fact]
    public void IsKnown_OfACancellation_DependsOnWhoCancelled()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        Assert.False(S3Faults.IsKnown(new OperationCanceledException(), cancelled.Token));
        Assert.True(S3Faults.IsKnown(new OperationCanceledException(), CancellationToken.None));
    }

    [Theory]
    [InlineData("s3://bucket", "bucket", "")]
    [InlineData("s3://bucket/", "bucket", "")]
    [InlineData("s3://my-bucket.x/some/prefix/", "my-bucket.x", "some/prefix")]
    public void Location_Parse_ReadsBucketAndPrefix(string text, string bucket, string prefix)
    {
        Assert.True(S3Location.TryParse(text, out S3Location? location));
        Assert.Equal(new S3Location(bucket, prefix), location);
        Assert.True(S3Location.TryParse(location.ToString(), out S3Location? again));
        Assert.Equal(location, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("bucket/prefix")]
    [InlineData("s3://")]
    [InlineData("s3://x")]
    [InlineData("s3://UPPER/x")]
    [InlineData("s3://bucket/a b")]
    [InlineData("s3://bucket/a?b")]
    public void Location_Parse_RefusesOthers(string text) => Assert.False(S3Location.TryParse(text, out _));
}
