using System.Security.Cryptography;
using System.Text.Json;
using Thaw.Linux;

namespace Thaw.Store;

/// <summary>
/// The file that a <see cref="LocalKeyFileService"/> keeps its keys in: 0600, replaced as a whole by rename, so that a
/// reader sees the old or the new one and a crash leaves one of them. The old one's bytes are overwritten.
/// </summary>
internal sealed class KeyFile
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateDirectory = PrivateFile | UnixFileMode.UserExecute;

    private readonly string _path;

    internal KeyFile(string path) => _path = Path.GetFullPath(path);

    private string DirectoryPath => Path.GetDirectoryName(_path)!;

    /// <summary>Reads the file; without one there are no keys yet.</summary>
    /// <exception cref="KeyException">Others may read it, or it is damaged.</exception>
    internal KeyFileContent Load()
    {
        byte[] json;
        try
        {
            using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            RequirePrivate(file);
            if (file.Length > StoreLimits.KeyFileBytesMax)
            {
                throw Bad($"has {file.Length} bytes, the bound is {StoreLimits.KeyFileBytesMax}");
            }
            json = new byte[file.Length];
            file.ReadExactly(json);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return KeyFileContent.Empty();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyException(KeyFault.Unavailable, default, $"Key file {_path} cannot be read.", e);
        }
        try
        {
            return Parse(json);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    /// <summary>Changes the keys under a lock that all processes respect.</summary>
    /// <param name="change">Changes the content; says whether it did.</param>
    /// <exception cref="KeyException">The file is bad or cannot be written.</exception>
    internal void Update(Func<KeyFileContent, bool> change)
    {
        try
        {
            Directory.CreateDirectory(DirectoryPath, PrivateDirectory);
            using FileLock held = FileLock.Acquire(_path + ".lock");
            using KeyFileContent content = Load();
            if (change(content))
            {
                Replace(content);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyException(KeyFault.Unavailable, default, $"Key file {_path} cannot be written.", e);
        }
    }

    private void Replace(KeyFileContent content)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(content, KeyFileJson.Default.KeyFileContent);
        string temporary = _path + ".new";
        try
        {
            // Only the holder of the lock is here: a file of this name is what a crash left.
            File.Delete(temporary);
            using (FileStream file = new(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = PrivateFile,
            }))
            {
                file.Write(json);
                file.Flush(flushToDisk: true);
            }

            using FileStream? old = File.Exists(_path)
                ? new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)
                : null;
            File.Move(temporary, _path, overwrite: true);
            DirectorySync.Flush(DirectoryPath);
            Scrub(old);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    // As far as a program can: flash and copy-on-write file systems may keep what was written before.
    private static void Scrub(FileStream? old)
    {
        if (old is not null)
        {
            old.Write(new byte[old.Length]);
            old.Flush(flushToDisk: true);
        }
    }

    private void RequirePrivate(FileStream file)
    {
        UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
        if (mode != PrivateFile)
        {
            throw new KeyException(
                KeyFault.BadPermissions,
                default,
                $"Key file {_path} has mode {Convert.ToString((int)mode, 8)}, only 600 is accepted.");
        }
    }

    private KeyFileContent Parse(byte[] json)
    {
        KeyFileContent content;
        try
        {
            content = JsonSerializer.Deserialize(json, KeyFileJson.Default.KeyFileContent)
                ?? throw Bad("is empty");
        }
        catch (JsonException)
        {
            // The parser's message may quote what it read.
            throw Bad("is not JSON of this format");
        }
        if (content.Format != KeyFileContent.FormatVersion)
        {
            throw Bad($"has format {content.Format}, this build reads {KeyFileContent.FormatVersion}");
        }
        bool isAmbiguous = content.Keys.Where(key => key.State == KeyState.Active).GroupBy(key => key.Keyspace)
            .Any(group => group.Count() > 1);
        return content.Keys.TrueForAll(key => key.IsGood) && !isAmbiguous
            ? content
            : throw Bad("has an entry that no writer makes");
    }

    private KeyException Bad(string what) => new(KeyFault.BadFile, default, $"Key file {_path} {what}.");
}
