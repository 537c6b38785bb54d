namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="LoadHugePages"/> on the wire.</summary>
internal sealed class LoadHugePagesConverter : WireEnumConverter<LoadHugePages>
{
    /// <summary>For the generated serializer.</summary>
    public LoadHugePagesConverter()
        : base(
            ("Snapshot", LoadHugePages.Snapshot),
            ("None", LoadHugePages.None),
            ("Transparent", LoadHugePages.Transparent),
            ("2M", LoadHugePages.TwoMebibytes))
    {
    }
}
