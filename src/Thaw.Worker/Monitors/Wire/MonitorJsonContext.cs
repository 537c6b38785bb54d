using System.Text.Json.Serialization;

namespace Thaw.Worker.Monitors.Wire;

/// <summary>JSON as the monitor's API has it: snake case, absent where null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BootSource))]
[JsonSerializable(typeof(MachineConfiguration))]
[JsonSerializable(typeof(Drive))]
[JsonSerializable(typeof(Pmem))]
[JsonSerializable(typeof(Vsock))]
[JsonSerializable(typeof(Entropy))]
[JsonSerializable(typeof(InstanceAction))]
[JsonSerializable(typeof(VmState))]
[JsonSerializable(typeof(SnapshotCreate))]
[JsonSerializable(typeof(SnapshotLoad))]
[JsonSerializable(typeof(MonitorFault))]
internal sealed partial class MonitorJsonContext : JsonSerializerContext;
