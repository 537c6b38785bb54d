using Xunit.Sdk;
using Xunit.v3;

namespace Thaw.EndToEnd.Tests.Harness;

/// <summary>
/// Runs tests in the order of their names. By itself the runner's order depends on where the project lies, and tests
/// of one host and one service would meet another past on each machine.
/// </summary>
public sealed class NameOrder : ITestCollectionOrderer, ITestCaseOrderer
{
    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(test => test.TestCaseDisplayName, StringComparer.Ordinal)];
}
