using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Thaw.ControlPlane.Functions;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Http;

/// <summary>What Thaw has and Lambda has not: health, records, snapshots, consoles.</summary>
internal sealed class ThawApi(
    FunctionService functions, IFunctionHost host, InvocationLog log, DateTimeOffset startedAt)
{
    private const int DefaultRecordCount = 100;
    private const string Root = "/thaw/v1";

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root + "/health", HealthAsync);
        routes.MapGet(Root + "/info", InfoAsync);
        routes.MapGet(Root + "/invocations", InvocationsAsync);
        routes.MapGet(Root + "/snapshots", SnapshotsAsync);
        routes.MapGet(Root + "/failures", FailuresAsync);
        routes.MapGet(Root + "/functions/{name}/code", CodeAsync);
    }

    private Task HealthAsync(HttpContext context)
    {
        string? impediment = host.Status.Impediment;
        return Response.WriteJsonAsync(
            context, impediment is null ? 200 : 503,
            new HealthResponse(impediment is null ? "ok" : "impeded", impediment),
            ThawJsonContext.Default.HealthResponse);
    }

    private Task InfoAsync(HttpContext context) => Response.WriteJsonAsync(context, 200, new InfoResponse
    {
        Version = typeof(ThawApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown",
        StartedAt = startedAt,
        Runtimes = [.. host.Runtimes.Order(StringComparer.Ordinal)],
        Worker = host.Status,
    }, ThawJsonContext.Default.InfoResponse);

    private async Task InvocationsAsync(HttpContext context)
    {
        string? function = context.Request.Query["FunctionName"] is { Count: > 0 } names ? names[0] : null;
        int count = DefaultRecordCount;
        if (context.Request.Query["MaxItems"] is { Count: > 0 } values
            && (!int.TryParse(values[0], out count) || count is < 1 or > ServiceLimits.InvocationPageMax))
        {
            throw LambdaError.Invalid($"MaxItems must be a number from 1 to {ServiceLimits.InvocationPageMax}.");
        }
        await Response.WriteJsonAsync(
            context, 200, new InvocationList(await log.ListAsync(function, count).ConfigureAwait(false)),
            ThawJsonContext.Default.InvocationList).ConfigureAwait(false);
    }

    private Task SnapshotsAsync(HttpContext context) => Response.WriteJsonAsync(
        context, 200, new SnapshotList(host.ListSnapshots()), ThawJsonContext.Default.SnapshotList);

    private Task FailuresAsync(HttpContext context) => Response.WriteJsonAsync(
        context, 200, new FailureList(host.ListFailures()), ThawJsonContext.Default.FailureList);

    private Task CodeAsync(HttpContext context)
    {
        FunctionVersion version = functions.Get(FunctionsApi.ReferenceOf(context));
        context.Response.ContentType = "application/zip";
        return context.Response.SendFileAsync(functions.SpecOf(version).CodePath, context.RequestAborted);
    }
}
