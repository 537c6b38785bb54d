namespace Thaw.SampleFunctions;

/// <summary>A derived generator: .NET seeds those from <see cref="Random.Shared"/>.</summary>
internal sealed class DerivedRandom : Random
{
    protected override double Sample() => base.Sample();
}
