namespace Thaw.Store.S3.Tests;

public sealed partial class S3Server
{
    public S3ChunkStore Open(S3Location location, int pageSize = 1000)
    {
        S3StoreOptions options = new() { Location = location, Endpoint = Endpoint };
        return new S3ChunkStore(S3ClientFactory.Create(options), location) { ListPageSize = pageSize };
    }
}
