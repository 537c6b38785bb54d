using Thaw.GuestAgent.Restores;

namespace Thaw.GuestAgent.Tests.Restores;

public sealed class GuestIdentityTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("thaw-identity-").FullName;

    private string BootIdPath => Path.Combine(_root, "boot-id");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Create_NoCloneYet_HasRandomIdsAndNoCloneId()
    {
        using GuestIdentity identity = GuestIdentity.Create(_root, BootIdPath);

        Assert.Equal("", Read("etc/thaw/clone-id"));
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$", Read("boot-id"));
        Assert.Matches("^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}\n$", Read("etc/machine-id"));
    }

    [Fact]
    public void Renew_Twice_EveryIdIsNewAndWhole()
    {
        using GuestIdentity identity = GuestIdentity.Create(_root, BootIdPath);
        string[] files = ["etc/thaw/clone-id", "boot-id", "etc/machine-id"];

        identity.Renew("the-first-and-longer-one");
        string[] first = [.. files.Select(Read)];
        identity.Renew("the-second");
        string[] second = [.. files.Select(Read)];

        Assert.Equal(["the-first-and-longer-one\n", "the-second\n"], [first[0], second[0]]);
        Assert.NotEqual(first[1], second[1]);
        Assert.NotEqual(first[2], second[2]);
        Assert.Equal((37, 33), (second[1].Length, second[2].Length));
    }

    private string Read(string path) => File.ReadAllText(Path.Combine(_root, path));
}
