namespace Thaw.EndToEnd.Tests.Monitors;

/// <summary>Classes that share one snapshot of a Linux guest.</summary>
[CollectionDefinition(Name)]
public sealed class LinuxSnapshotGroup : ICollectionFixture<LinuxSnapshot>
{
    /// <summary>The group's name.</summary>
    public const string Name = "Linux snapshot";
}
