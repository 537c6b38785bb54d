namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="CpuTemplate"/> on the wire.</summary>
internal sealed class CpuTemplateConverter : WireEnumConverter<CpuTemplate>
{
    /// <summary>For the generated serializer.</summary>
    public CpuTemplateConverter()
        : base(
            ("None", CpuTemplate.None),
            ("C3", CpuTemplate.C3),
            ("T2", CpuTemplate.T2),
            ("T2S", CpuTemplate.T2S),
            ("T2CL", CpuTemplate.T2CL),
            ("T2A", CpuTemplate.T2A),
            ("V1N1", CpuTemplate.V1N1))
    {
    }
}
