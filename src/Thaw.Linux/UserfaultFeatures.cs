namespace Thaw.Linux;

/// <summary>What a userfaultfd shall tell beside missing pages.</summary>
[Flags]
public enum UserfaultFeatures
{
    /// <summary>Missing pages only.</summary>
    None = 0,

    /// <summary>Ranges that were given back to the system; madvise waits until that was read.</summary>
    Remove = 1,
}
