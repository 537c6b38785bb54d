using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Body of an answer with an error.</summary>
/// <param name="Message">What and why.</param>
internal sealed record FaultMessage([property: JsonPropertyName("fault_message")] string Message);
