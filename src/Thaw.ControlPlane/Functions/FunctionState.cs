namespace Thaw.ControlPlane.Functions;

/// <summary>Whether a version can be invoked.</summary>
internal enum FunctionState
{
    /// <summary>It is being published.</summary>
    Pending,

    /// <summary>It can be invoked.</summary>
    Active,

    /// <summary>Publishing it failed.</summary>
    Failed,
}
