namespace Thaw.ControlPlane.Wire;

/// <summary>Secrets to look for in a snapshot. The service keeps none of them.</summary>
public sealed record CheckSecretsRequest
{
    /// <summary>The secrets by name, in base64.</summary>
    public required IReadOnlyDictionary<string, byte[]> Secrets { get; init; }
}
