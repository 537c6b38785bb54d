namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="IoEngine"/> on the wire.</summary>
internal sealed class IoEngineConverter : WireEnumConverter<IoEngine>
{
    /// <summary>For the generated serializer.</summary>
    public IoEngineConverter()
        : base(
            ("Sync", IoEngine.Sync),
            ("Async", IoEngine.Async))
    {
    }
}
