namespace Thaw.GuestAgent.Packages;

/// <summary>Brings a deployment package to where the function will find it.</summary>
internal interface IPackageSource
{
    /// <summary>Reads the package from a device and unpacks it.</summary>
    /// <exception cref="PackageException">The package is not what it should be.</exception>
    /// <exception cref="IOException">The device or the file system failed.</exception>
    void Unpack(string device, long sizeBytes);
}
