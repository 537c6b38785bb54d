namespace Thaw.Store;

/// <summary>What a put does when there is an object of that name.</summary>
public enum PutMode
{
    /// <summary>Leaves it: what is there is as good.</summary>
    IfAbsent,

    /// <summary>Replaces it as a whole: readers see the old or the new one.</summary>
    Replace,
}
