namespace Thaw.SampleFunctions;

/// <summary>Fails in its constructor.</summary>
public sealed class BadInit
{
    public BadInit() => throw new TimeoutException("in init");

    public string Handle() => "never";
}
