namespace Thaw.GuestAgent.Configuration;

/// <summary>A configuration that the agent refuses.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
