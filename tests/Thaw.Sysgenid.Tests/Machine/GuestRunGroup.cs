namespace Thaw.Sysgenid.Tests.Machine;

/// <summary>The tests that look at one and the same run of the machine.</summary>
[CollectionDefinition(Name)]
public sealed class GuestRunGroup : ICollectionFixture<GuestRun>
{
    public const string Name = "guest run";
}
