namespace Thaw.Protocol;

/// <summary>Pages that follow each other in a mapping and in the guest's memory.</summary>
/// <param name="Region">The mapping: its index in <see cref="MappedMemory.Regions"/>.</param>
/// <param name="PageInRegion">The first page, counted from the mapping's start.</param>
/// <param name="Frame">The first page of the guest's memory.</param>
/// <param name="Count">How many pages.</param>
public readonly record struct MappedRun(int Region, uint PageInRegion, uint Frame, uint Count);
