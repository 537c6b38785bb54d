[assembly: AssemblyFixture(typeof(Thaw.Store.S3.Tests.S3Server))]
// s3rver walks the whole bucket to list a part of it, and fails when a directory goes meanwhile.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
