namespace Thaw.ControlPlane.Wire;

/// <summary>Whether the service can do its work.</summary>
/// <param name="Status">ok, or impeded.</param>
/// <param name="Impediment">What is missing, if anything.</param>
public sealed record HealthResponse(string Status, string? Impediment);
