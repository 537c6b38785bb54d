using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Thaw.ControlPlane.Functions;
using Thaw.ControlPlane.Wire;

namespace Thaw.ControlPlane.Http;

/// <summary>Functions and their versions over HTTP, with Lambda's paths and shapes.</summary>
internal sealed class FunctionsApi(FunctionService functions)
{
    private const string Root = "/2015-03-31/functions";

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Root, CreateAsync);
        routes.MapGet(Root, ListAsync);
        routes.MapGet(Root + "/{name}", GetAsync);
        routes.MapDelete(Root + "/{name}", DeleteAsync);
        routes.MapGet(Root + "/{name}/configuration", GetConfigurationAsync);
        routes.MapPut(Root + "/{name}/configuration", UpdateConfigurationAsync);
        routes.MapPut(Root + "/{name}/code", UpdateCodeAsync);
        routes.MapPost(Root + "/{name}/versions", PublishAsync);
        routes.MapGet(Root + "/{name}/versions", ListVersionsAsync);
    }

    /// <summary>The version that path and query name.</summary>
    internal static FunctionReference ReferenceOf(HttpContext context) => FunctionReference.Parse(
        (string?)context.Request.RouteValues["name"], context.Request.Query["Qualifier"]);

    private async Task CreateAsync(HttpContext context)
    {
        CreateFunctionRequest request = await RequestBody.ReadJsonAsync(
            context, LambdaJsonContext.Default.CreateFunctionRequest, ServiceLimits.CodeRequestSizeBytesMax,
            "CreateFunction").ConfigureAwait(false);
        FunctionConfiguration created = await functions
            .CreateAsync(request, RequestAccount.Of(context.Request), context.RequestAborted).ConfigureAwait(false);
        await Response.WriteJsonAsync(context, 201, created, LambdaJsonContext.Default.FunctionConfiguration)
            .ConfigureAwait(false);
    }

    private Task ListAsync(HttpContext context) => Response.WriteJsonAsync(
        context, 200, functions.List(MarkerOf(context), PageSizeOf(context)),
        LambdaJsonContext.Default.ListFunctionsResponse);

    private Task GetAsync(HttpContext context)
    {
        FunctionVersion version = functions.Get(ReferenceOf(context));
        HttpRequest request = context.Request;
        return Response.WriteJsonAsync(context, 200, new GetFunctionResponse
        {
            Configuration = FunctionView.ToConfiguration(version),
            Code = new FunctionCodeLocation
            {
                RepositoryType = "Thaw",
                Location = $"{request.Scheme}://{request.Host}/thaw/v1/functions/{version.Function}/code"
                    + $"?Qualifier={Uri.EscapeDataString(version.Name)}",
            },
        }, LambdaJsonContext.Default.GetFunctionResponse);
    }

    private Task GetConfigurationAsync(HttpContext context) => Response.WriteJsonAsync(
        context, 200, FunctionView.ToConfiguration(functions.Get(ReferenceOf(context))),
        LambdaJsonContext.Default.FunctionConfiguration);

    private async Task DeleteAsync(HttpContext context)
    {
        await functions.DeleteAsync(ReferenceOf(context), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = 204;
    }

    private async Task UpdateConfigurationAsync(HttpContext context)
    {
        string name = UnqualifiedNameOf(context);
        UpdateFunctionConfigurationRequest request = await RequestBody.ReadJsonAsync(
            context, LambdaJsonContext.Default.UpdateFunctionConfigurationRequest, ServiceLimits.RequestSizeBytesMax,
            "UpdateFunctionConfiguration").ConfigureAwait(false);
        await Response.WriteJsonAsync(
            context, 200,
            await functions.UpdateConfigurationAsync(name, request, context.RequestAborted).ConfigureAwait(false),
            LambdaJsonContext.Default.FunctionConfiguration).ConfigureAwait(false);
    }

    private async Task UpdateCodeAsync(HttpContext context)
    {
        string name = UnqualifiedNameOf(context);
        UpdateFunctionCodeRequest request = await RequestBody.ReadJsonAsync(
            context, LambdaJsonContext.Default.UpdateFunctionCodeRequest, ServiceLimits.CodeRequestSizeBytesMax,
            "UpdateFunctionCode").ConfigureAwait(false);
        await Response.WriteJsonAsync(
            context, 200,
            await functions.UpdateCodeAsync(name, request, context.RequestAborted).ConfigureAwait(false),
            LambdaJsonContext.Default.FunctionConfiguration).ConfigureAwait(false);
    }

    private async Task PublishAsync(HttpContext context)
    {
        string name = UnqualifiedNameOf(context);
        PublishVersionRequest request = await RequestBody.ReadJsonAsync(
            context, LambdaJsonContext.Default.PublishVersionRequest, ServiceLimits.RequestSizeBytesMax,
            "PublishVersion").ConfigureAwait(false);
        await Response.WriteJsonAsync(
            context, 201, functions.Publish(name, request), LambdaJsonContext.Default.FunctionConfiguration)
            .ConfigureAwait(false);
    }

    private Task ListVersionsAsync(HttpContext context) => Response.WriteJsonAsync(
        context, 200, functions.ListVersions(UnqualifiedNameOf(context), MarkerOf(context), PageSizeOf(context)),
        LambdaJsonContext.Default.ListVersionsResponse);

    private static string UnqualifiedNameOf(HttpContext context)
    {
        FunctionReference reference = ReferenceOf(context);
        return reference.VersionNumber == FunctionVersion.LatestNumber
            ? reference.Name
            : throw LambdaError.Invalid("This operation is for functions, not for published versions.");
    }

    private static string? MarkerOf(HttpContext context) =>
        context.Request.Query["Marker"] is { Count: > 0 } values ? values[0] : null;

    private static int PageSizeOf(HttpContext context)
    {
        if (context.Request.Query["MaxItems"] is not { Count: > 0 } values)
        {
            return ServiceLimits.PageSizeMax;
        }
        return int.TryParse(values[0], out int count) && count is >= 1 and <= 10_000
            ? Math.Min(count, ServiceLimits.PageSizeMax)
            : throw LambdaError.Invalid("MaxItems must be a number from 1 to 10000.");
    }
}
