using System.CommandLine;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary>Files with secrets to look for.</summary>
internal static class SecretFiles
{
    /// <summary><c>--secret-file</c></summary>
    internal static Option<string[]> CreateOption(string description) => new("--secret-file")
    {
        Description = description,
        HelpName = "FILE",
    };

    /// <summary>Reads them; each is called what its file is called.</summary>
    /// <exception cref="CliException">One is missing, or no secret.</exception>
    internal static async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(
        IEnumerable<string> files, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> secrets = [];
        foreach (string file in files)
        {
            secrets[file] = await ReadAsync(file, cancellationToken).ConfigureAwait(false);
        }
        return secrets;
    }

    /// <summary>Editors end files with a line break that is no part of a secret.</summary>
    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new CliException($"There is no file {file} with a secret.", ExitCodes.Usage);
        }
        byte[] bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        int length = bytes.Length;
        if (length > 0 && bytes[length - 1] == (byte)'\n')
        {
            length -= length > 1 && bytes[length - 2] == (byte)'\r' ? 2 : 1;
        }
        return length is >= NamedSecret.SizeBytesMin and <= NamedSecret.SizeBytesMax
            ? bytes[..length]
            : throw new CliException(
                $"The secret in {file} has {length} bytes; {NamedSecret.SizeBytesMin} to {NamedSecret.SizeBytesMax} "
                + "can be looked for.", ExitCodes.Usage);
    }
}
