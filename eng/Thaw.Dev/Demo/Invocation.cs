using System.Text.Json.Nodes;

namespace Thaw.Dev.Demo;

/// <summary>One answered invocation, with what the service says of it.</summary>
/// <param name="RequestId">The invocation's id.</param>
/// <param name="StartKind">cold, restore or warm.</param>
/// <param name="CloneId">The clone's id; empty where the microVM was no clone.</param>
/// <param name="RestoreMs">From the request to the agent being ready.</param>
/// <param name="AnswerMs">From the request to the function's answer.</param>
/// <param name="CpuMs">CPU time of the microVM so far.</param>
/// <param name="PrivateBytes">Memory that only this microVM uses.</param>
/// <param name="StartRetries">How often its start was tried again.</param>
/// <param name="Result">What the function answered.</param>
internal sealed record Invocation(
    string RequestId,
    string StartKind,
    string CloneId,
    double RestoreMs,
    double AnswerMs,
    double CpuMs,
    long PrivateBytes,
    int StartRetries,
    JsonObject Result);
