using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>What secrets can be looked for.</summary>
internal static class SecretRules
{
    /// <summary>Takes a request's secrets.</summary>
    /// <exception cref="LambdaException">They can't be looked for.</exception>
    internal static IReadOnlyList<NamedSecret> Read(IReadOnlyDictionary<string, byte[]> secrets)
    {
        if (secrets.Count is 0 or > NamedSecret.CountMax)
        {
            throw LambdaError.Invalid($"There must be 1 to {NamedSecret.CountMax} secrets.");
        }
        foreach ((string name, byte[] value) in secrets)
        {
            if (value.Length is < NamedSecret.SizeBytesMin or > NamedSecret.SizeBytesMax)
            {
                throw LambdaError.Invalid(
                    $"The secret {name} has {value.Length} bytes; {NamedSecret.SizeBytesMin} to "
                    + $"{NamedSecret.SizeBytesMax} can be looked for.");
            }
        }
        return [.. secrets.Select(secret => new NamedSecret(secret.Key, secret.Value))];
    }
}
