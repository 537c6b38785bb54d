using System.Text.Json;
using Thaw.Monitor.Http;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Api;

/// <summary>Answers that say what went wrong. Texts are the API's: existing clients match on some of them.</summary>
internal static class ApiErrors
{
    internal const string EmptyId = "The ID cannot be empty.";
    internal const string InvalidId = "API Resource IDs can only contain alphanumeric characters and underscores.";
    internal const string IdMismatch = "The id from the path does not match the id from the body!";
    internal const string PostBoot = "The requested operation is not supported after starting the microVM.";
    internal const string PreBoot = "The requested operation is not supported before starting the microVM.";
    internal const string EmptyPatch = "Empty PATCH request.";

    /// <summary>A 400 with a fault message.</summary>
    internal static HttpResponse Fault(string message) => new(
        400, JsonSerializer.SerializeToUtf8Bytes(new FaultMessage(message), ApiJson.Wire.FaultMessage));

    /// <summary>The answer to bytes that are no request.</summary>
    internal static HttpResponse FromRefusal(HttpRefusal refusal) => new(
        refusal.Status,
        JsonSerializer.SerializeToUtf8Bytes(
            new TransportError($"{refusal.Message}\nAll previous unanswered requests will be dropped."),
            ApiJson.Wire.TransportError));

    /// <summary>The answer to one client too many.</summary>
    internal static HttpResponse TooManyConnections() => new(
        503,
        JsonSerializer.SerializeToUtf8Bytes(
            new TransportError($"Too many open connections: at most {HttpLimits.ConnectionCountMax}."),
            ApiJson.Wire.TransportError));

    /// <summary>A path that this monitor does not serve with that method.</summary>
    internal static string InvalidPathMethod(string path, HttpVerb method) =>
        $"Invalid request method and/or path: {Name(method)} {path}.";

    /// <summary>Something of the API that this monitor does not do yet.</summary>
    internal static string NotSupportedYet(string what) =>
        $"The requested operation is not supported: {what} is not supported by this monitor yet.";

    /// <summary>The method's name on the wire.</summary>
    internal static string Name(HttpVerb method) => method switch
    {
        HttpVerb.Get => "GET",
        HttpVerb.Put => "PUT",
        HttpVerb.Patch => "PATCH",
        _ => "DELETE",
    };
}
