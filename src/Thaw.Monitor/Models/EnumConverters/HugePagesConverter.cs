namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="HugePages"/> on the wire.</summary>
internal sealed class HugePagesConverter : WireEnumConverter<HugePages>
{
    /// <summary>For the generated serializer.</summary>
    public HugePagesConverter()
        : base(
            ("None", HugePages.None),
            ("Transparent", HugePages.Transparent),
            ("2M", HugePages.TwoMebibytes))
    {
    }
}
