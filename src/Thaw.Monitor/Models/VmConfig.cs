using System.Text.Json;
using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Answer of <c>GET /vm/config</c>, and content of <c>--config-file</c>.</summary>
internal sealed record VmConfig
{
    /// <summary>Not supported yet: null.</summary>
    public JsonElement? Balloon { get; init; }

    /// <summary>Block devices, in the order in which the guest sees them.</summary>
    public IReadOnlyList<DriveConfig> Drives { get; set; } = [];

    /// <summary>What boots; null after a restore.</summary>
    [JsonPropertyName("boot-source")]
    public BootSourceConfig? BootSource { get; init; }

    /// <summary>Not supported yet: null.</summary>
    [JsonPropertyName("cpu-config")]
    public JsonElement? CpuConfig { get; init; }

    /// <summary>The log.</summary>
    public LoggerConfig? Logger { get; init; }

    /// <summary>vCPUs and memory.</summary>
    [JsonPropertyName("machine-config")]
    public MachineConfig? MachineConfig { get; init; }

    /// <summary>The metrics.</summary>
    public MetricsConfig? Metrics { get; init; }

    /// <summary>Not supported yet: null.</summary>
    [JsonPropertyName("mmds-config")]
    public JsonElement? MmdsConfig { get; init; }

    /// <summary>Not supported yet: empty.</summary>
    [JsonPropertyName("network-interfaces")]
    public IReadOnlyList<JsonElement> NetworkInterfaces { get; set; } = [];

    /// <summary>The vsock device.</summary>
    public VsockConfig? Vsock { get; init; }

    /// <summary>The entropy device.</summary>
    public EntropyConfig? Entropy { get; init; }

    /// <summary>Persistent-memory devices, in the order in which the guest sees them.</summary>
    public IReadOnlyList<PmemConfig> Pmem { get; set; } = [];

    /// <summary>Not supported yet: null.</summary>
    [JsonPropertyName("memory-hotplug")]
    public JsonElement? MemoryHotplug { get; init; }

    /// <summary>Where the guest's console goes. In a configuration file only, as with the API.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SerialConfig? Serial { get; init; }
}
