using Thaw.Protocol;

namespace Thaw.Worker;

/// <summary>The worker could not do what was asked.</summary>
public sealed class WorkerException : Exception
{
    /// <summary>Makes the exception.</summary>
    public WorkerException(WorkerFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    /// <summary>What kind of failure.</summary>
    public WorkerFault Fault { get; }

    /// <summary>The error of the function, where it is the cause.</summary>
    public FunctionError? FunctionError { get; init; }

    /// <summary>The end of the microVM's console, made safe to show; empty where there is none.</summary>
    public string Console { get; init; } = "";

    /// <summary>Whether another microVM may fare better.</summary>
    public bool IsTransient { get; init; }
}
