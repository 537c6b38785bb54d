using System.Buffers;
using System.Text.Json;

namespace Thaw.Monitor.Logging;

/// <summary>Counts of API requests, flushed as a line of JSON.</summary>
internal sealed class MonitorMetrics : IDisposable
{
    private readonly TimeProvider _time;
    private readonly string _instanceId;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private Models.MetricsConfig? _config;
    private Stream? _target;

    /// <summary>Metrics without a target.</summary>
    internal MonitorMetrics(string instanceId, TimeProvider time)
    {
        _instanceId = instanceId;
        _time = time;
    }

    /// <summary>Whether there is a target.</summary>
    internal bool IsConfigured => _target is not null;

    /// <summary>Adds to a counter; names are the monitor's own, so that they are bounded.</summary>
    internal void Add(string name, long value = 1) =>
        _counts[name] = _counts.TryGetValue(name, out long count) ? count + value : value;

    /// <summary>The counter's value.</summary>
    internal long Count(string name) => _counts.GetValueOrDefault(name);

    /// <summary>Sets the target, once.</summary>
    /// <exception cref="IOException">The target cannot be opened, or there is one.</exception>
    internal void Configure(Models.MetricsConfig config)
    {
        if (_target is not null)
        {
            throw new IOException("Reinitialization of metrics not allowed.");
        }

        _target = OutputFile.Open(config.MetricsPath);
        _config = config;
    }

    /// <summary>Writes all counters; nothing without a target.</summary>
    /// <exception cref="IOException">The target cannot be written.</exception>
    internal void Flush()
    {
        if (_target is null || _config is null)
        {
            return;
        }

        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteNumber("utc_timestamp_ms", _time.GetUtcNow().ToUnixTimeMilliseconds());
            if (_config.EmitId)
            {
                json.WriteString("id", _instanceId);
            }

            WriteProperties(json, _config.Properties);
            foreach ((string name, long count) in _counts)
            {
                json.WriteNumber(name, count);
            }

            json.WriteEndObject();
        }

        line.Write("\n"u8);
        _target.Write(line.WrittenSpan);
        _target.Flush();
    }

    public void Dispose() => _target?.Dispose();

    private static void WriteProperties(Utf8JsonWriter json, Dictionary<string, string>? properties)
    {
        if (properties is null)
        {
            return;
        }

        json.WriteStartObject("properties");
        foreach ((string name, string value) in properties)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }
}
