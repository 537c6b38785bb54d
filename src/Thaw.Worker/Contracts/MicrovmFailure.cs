namespace Thaw.Worker;

/// <summary>A microVM that failed, and the last that its console showed.</summary>
/// <param name="MicrovmId">The microVM.</param>
/// <param name="FunctionName">The function that it was for.</param>
/// <param name="Version">The version that it was for.</param>
/// <param name="At">When it failed.</param>
/// <param name="Fault">What kind of failure.</param>
/// <param name="Message">What happened.</param>
/// <param name="Console">The end of its console, made safe to show.</param>
public sealed record MicrovmFailure(
    string MicrovmId,
    string FunctionName,
    string Version,
    DateTimeOffset At,
    WorkerFault Fault,
    string Message,
    string Console);
