using Thaw.EndToEnd.Tests.Harness;

// One host, two processors: whatever ran beside a test would change its times.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: TestCollectionOrderer(typeof(NameOrder))]
[assembly: TestCaseOrderer(typeof(NameOrder))]
[assembly: AssemblyFixture(typeof(ThawFixture))]
