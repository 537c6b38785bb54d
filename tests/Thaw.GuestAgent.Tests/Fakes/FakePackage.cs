using Thaw.GuestAgent.Packages;

namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakePackage : IPackageSource
{
    internal Exception? Failure { get; set; }

    internal (string Device, long SizeBytes)? Unpacked { get; private set; }

    public void Unpack(string device, long sizeBytes)
    {
        if (Failure is not null)
        {
            throw Failure;
        }
        Unpacked = (device, sizeBytes);
    }
}
