using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Thaw.ControlPlane.Functions;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Http;

/// <summary>
/// Checks of published versions: whether their clones are unique, whether their snapshots hold secrets.
/// </summary>
internal sealed class ChecksApi(FunctionService functions, Invoker invoker, IFunctionHost host)
{
    private const string Root = "/thaw/v1/functions/{name}/checks";
    private const int ClonesDefault = 8;
    private const int ClonesMin = 2;
    private const int ClonesMax = 64;

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Root + "/unique", UniqueAsync);
        routes.MapPost(Root + "/secrets", SecretsAsync);
    }

    /// <summary>The body is the event that each clone gets.</summary>
    private async Task UniqueAsync(HttpContext context)
    {
        FunctionSpec spec = SpecOf(context);
        int clones = ClonesDefault;
        if (context.Request.Query["Clones"] is { Count: > 0 } values
            && (!int.TryParse(values[0], CultureInfo.InvariantCulture, out clones)
                || clones is < ClonesMin or > ClonesMax))
        {
            throw LambdaError.Invalid($"Clones must be a number from {ClonesMin} to {ClonesMax}.");
        }
        UniquenessOrder order = new()
        {
            Spec = spec,
            Control = spec with { SnapStart = false },
            Clones = clones,
            Payload = RequestBody.CheckEvent(await RequestBody.ReadAsync(
                context, ServiceLimits.PayloadSizeBytesMax, "CheckUnique").ConfigureAwait(false)),
        };
        UniquenessReport report = await RunAsync(
            () => host.Checks.CheckUniqueAsync(order, context.RequestAborted)).ConfigureAwait(false);
        await Response.WriteJsonAsync(context, 200, report, ThawJsonContext.Default.UniquenessReport)
            .ConfigureAwait(false);
    }

    private async Task SecretsAsync(HttpContext context)
    {
        FunctionSpec spec = SpecOf(context);
        CheckSecretsRequest request = await RequestBody.ReadJsonAsync(
            context, ThawJsonContext.Default.CheckSecretsRequest, ServiceLimits.PayloadSizeBytesMax, "CheckSecrets")
            .ConfigureAwait(false);
        SecretsOrder order = new() { Spec = spec, Secrets = SecretRules.Read(request.Secrets) };
        SecretsReport report = await RunAsync(
            () => host.Checks.CheckSecretsAsync(order, context.RequestAborted)).ConfigureAwait(false);
        await Response.WriteJsonAsync(context, 200, report, ThawJsonContext.Default.SecretsReport)
            .ConfigureAwait(false);
    }

    private FunctionSpec SpecOf(HttpContext context)
    {
        FunctionSpec spec = functions.SpecOf(invoker.Resolve(FunctionsApi.ReferenceOf(context)));
        return spec.SnapStart
            ? spec
            : throw LambdaError.Invalid(
                $"{spec.Name}:{spec.Version} has no snapshot to check: name a published version of a function with "
                + "SnapStart.");
    }

    private static async Task<T> RunAsync<T>(Func<Task<T>> check)
    {
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (WorkerException failure)
        {
            throw LambdaError.From(failure);
        }
    }
}
