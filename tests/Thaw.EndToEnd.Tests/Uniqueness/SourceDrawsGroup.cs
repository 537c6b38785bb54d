namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>Tests of what the same clones drew.</summary>
[CollectionDefinition(Name)]
public sealed class SourceDrawsGroup : ICollectionFixture<SourceDraws>
{
    internal const string Name = "Clones that drew from every source";
}
