using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Thaw.Store.S3;

/// <summary>
/// Makes clients whose credentials come from where AWS tools take them: environment, profile, instance.
/// </summary>
public static class S3ClientFactory
{
    private const string RegionWithEndpoint = "us-east-1";

    /// <summary>Makes a client.</summary>
    /// <exception cref="StoreException">No credentials or no region are to be found.</exception>
    public static IAmazonS3 Create(S3StoreOptions options)
    {
        AmazonS3Config config = new()
        {
            // Retrying is RetryingChunkStore's, with a bound, a clock and counters of its own.
            MaxErrorRetry = 0,
            MaxConnectionsPerServer = options.ConnectionsMax,
            // Chunks are verified by what is in them; servers that are not AWS often refuse the trailers.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.ForcePathStyle = true;
            config.AuthenticationRegion = options.Region ?? RegionWithEndpoint;
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        try
        {
            return new AmazonS3Client(config);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException)
        {
            throw new StoreException(
                StoreFault.Misconfigured, $"There is no S3 client for {options.Location}: {e.Message}", null, e);
        }
    }
}
