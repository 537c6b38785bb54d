using Thaw.Linux;

namespace Thaw.Store;

/// <summary>What failures of the file system mean for a store.</summary>
internal static class LocalFaults
{
    private const int Edquot = 122;

    /// <summary>Whether an exception is the file system's.</summary>
    internal static bool IsKnown(Exception exception) =>
        exception is (IOException or UnauthorizedAccessException) and not StoreException;

    /// <summary>The same as a store's failure, with its cause inside.</summary>
    internal static StoreException Translate(Exception exception, string what, StoreName? name)
    {
        Errno errno = exception is LinuxException linux ? linux.Errno : (Errno)exception.HResult;
        StoreFault fault = errno switch
        {
            Errno.ENOSPC or (Errno)Edquot or Errno.EFBIG => StoreFault.OutOfSpace,
            Errno.EROFS or Errno.EACCES or Errno.EPERM => StoreFault.AccessDenied,
            Errno.ENOENT or Errno.ENOTDIR => StoreFault.Misconfigured,
            _ when exception is UnauthorizedAccessException => StoreFault.AccessDenied,
            _ when exception is DirectoryNotFoundException => StoreFault.Misconfigured,
            _ => StoreFault.Unavailable,
        };
        return new StoreException(fault, $"{what}: {exception.Message}", name, exception);
    }

    /// <summary>Does something with files; failures come out translated.</summary>
    internal static T Guard<T>(Func<T> action, string what, StoreName? name = null)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsKnown(e))
        {
            throw Translate(e, what, name);
        }
    }
}
