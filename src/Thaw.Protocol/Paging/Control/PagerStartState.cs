using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>How far a start is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PagerStartState>))]
public enum PagerStartState
{
    /// <summary>Its monitor did not connect yet.</summary>
    Waiting,

    /// <summary>Its monitor is connected; memory is being handed over.</summary>
    HandingOver,

    /// <summary>Page faults are served.</summary>
    Serving,

    /// <summary>The monitor ended or the start was closed.</summary>
    Ended,

    /// <summary>Memory could not be served; the clone was told.</summary>
    Failed,
}
