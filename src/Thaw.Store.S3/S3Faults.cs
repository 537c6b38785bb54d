using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Thaw.Store.S3;

/// <summary>What failures of an S3 service mean for a store.</summary>
internal static class S3Faults
{
    private static readonly HashSet<string> s_full =
        new(StringComparer.Ordinal) { "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "EntityTooLarge" };

    private static readonly HashSet<string> s_throttling = new(StringComparer.Ordinal)
    {
        "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests",
    };

    /// <summary>Whether an exception is the service's or the network's.</summary>
    internal static bool IsKnown(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        StoreException => false,
        AmazonServiceException or AmazonClientException => true,
        HttpRequestException or IOException or SocketException => true,
        // A client's own timeout comes as a cancellation that nobody asked for.
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    /// <summary>Whether a service says that there is no such object, with the bucket there.</summary>
    internal static bool IsMissing(AmazonS3Exception exception) =>
        exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket";

    /// <summary>The same as a store's failure, with its cause inside.</summary>
    internal static StoreException Translate(Exception exception, string what, StoreName? name)
    {
        StoreFault fault = exception switch
        {
            AmazonServiceException service => FaultOf(service.StatusCode, service.ErrorCode ?? ""),
            OperationCanceledException => StoreFault.TimedOut,
            AmazonClientException => StoreFault.Misconfigured,
            _ => StoreFault.Unavailable,
        };
        string code = exception is AmazonServiceException { ErrorCode: { Length: > 0 } text } ? $" ({text})" : "";
        return new StoreException(fault, $"{what}: {exception.Message}{code}", name, exception);
    }

    private static StoreFault FaultOf(HttpStatusCode status, string code) => status switch
    {
        _ when s_full.Contains(code) => StoreFault.OutOfSpace,
        _ when s_throttling.Contains(code) => StoreFault.Throttled,
        _ when code == "NoSuchBucket" => StoreFault.Misconfigured,
        _ when code == "RequestTimeout" => StoreFault.TimedOut,
        HttpStatusCode.InsufficientStorage => StoreFault.OutOfSpace,
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => StoreFault.Throttled,
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => StoreFault.AccessDenied,
        HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => StoreFault.TimedOut,
        // No answer at all.
        0 => StoreFault.Unavailable,
        >= HttpStatusCode.InternalServerError => StoreFault.Unavailable,
        _ => StoreFault.Misconfigured,
    };
}
