namespace Thaw.Store;

/// <summary>Pages that clones touch, in the order in which they do.</summary>
/// <param name="Space">The name of the space.</param>
/// <param name="Pages">Which pages of it.</param>
public readonly record struct WorkingSetEntry(string Space, PageRange Pages);
