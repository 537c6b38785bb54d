namespace Thaw.Worker.Scheduling;

/// <summary>A microVM that may serve another invocation.</summary>
internal interface IReusable
{
    /// <summary>What it can serve.</summary>
    FunctionKey Key { get; }

    /// <summary>Its room on the machine.</summary>
    Lease Lease { get; }

    /// <summary>Whether it still lives and is wanted.</summary>
    bool IsUsable { get; }
}
