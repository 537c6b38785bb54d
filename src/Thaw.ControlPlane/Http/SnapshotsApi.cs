using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Thaw.ControlPlane.Functions;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Http;

/// <summary>The tree of snapshots and its keys over HTTP.</summary>
internal sealed class SnapshotsApi(ISnapshotTree tree, SnapshotCompactor compactor)
{
    /// <summary>An export's passphrase: UTF-8 in base64.</summary>
    internal const string PassphraseHeader = "X-Thaw-Passphrase";

    private const string Snapshots = "/thaw/v1/snapshots";
    private const string Keys = "/thaw/v1/keys";
    private const int DefaultGraceSeconds = 3600;

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Snapshots + "/tree", TreeAsync);
        routes.MapGet(Snapshots + "/{id}", ShowAsync);
        routes.MapGet(Snapshots + "/{id}/export", ExportAsync);
        routes.MapPost(Snapshots + "/verify", VerifyAsync);
        routes.MapPost(Snapshots + "/gc", CollectAsync);
        routes.MapPost(Snapshots + "/compact", CompactAsync);
        routes.MapPost(Snapshots + "/import", ImportAsync);
        routes.MapGet(Keys, ListKeysAsync);
        routes.MapPost(Keys + "/rotate", RotateAsync);
        routes.MapPost(Keys + "/revoke", RevokeAsync);
    }

    private async Task TreeAsync(HttpContext context) => await Response.WriteJsonAsync(
        context, 200,
        new SnapshotTreeResponse(await tree.ListAsync(context.RequestAborted).ConfigureAwait(false)),
        ThawJsonContext.Default.SnapshotTreeResponse).ConfigureAwait(false);

    private async Task ShowAsync(HttpContext context) => await Response.WriteJsonAsync(
        context, 200, await tree.ShowAsync(IdOf(context), context.RequestAborted).ConfigureAwait(false),
        ThawJsonContext.Default.SnapshotDetails).ConfigureAwait(false);

    private async Task VerifyAsync(HttpContext context) => await Response.WriteJsonAsync(
        context, 200, await tree.VerifyAsync(QueryOf(context, "Id"), context.RequestAborted).ConfigureAwait(false),
        ThawJsonContext.Default.SnapshotVerification).ConfigureAwait(false);

    private async Task CollectAsync(HttpContext context)
    {
        int grace = DefaultGraceSeconds;
        if (QueryOf(context, "GraceSeconds") is { } text
            && (!int.TryParse(text, CultureInfo.InvariantCulture, out grace) || grace < 0))
        {
            throw LambdaError.Invalid("GraceSeconds must be a number from 0.");
        }
        bool isDryRun = QueryOf(context, "DryRun") == "true";
        await Response.WriteJsonAsync(
            context, 200,
            await tree.CollectAsync(TimeSpan.FromSeconds(grace), isDryRun, context.RequestAborted)
                .ConfigureAwait(false),
            ThawJsonContext.Default.SnapshotCollection).ConfigureAwait(false);
    }

    private async Task CompactAsync(HttpContext context) => await Response.WriteJsonAsync(
        context, 200,
        await compactor.RunAsync(
            QueryOf(context, "Id"), QueryOf(context, "Force") == "true", context.RequestAborted).ConfigureAwait(false),
        ThawJsonContext.Default.CompactionList).ConfigureAwait(false);

    private async Task ExportAsync(HttpContext context)
    {
        // What can be refused is refused before the answer begins; later only the end of the connection tells.
        SnapshotDetails details = await tree.ShowAsync(IdOf(context), context.RequestAborted).ConfigureAwait(false);
        string? passphrase = PassphraseOf(context);
        if (details.Layer.Problem is { } problem)
        {
            throw LambdaError.NotReady($"Snapshot {IdOf(context)} can't be exported: {problem}");
        }
        context.Response.ContentType = "application/octet-stream";
        try
        {
            await tree.ExportAsync(details.Layer.Id, passphrase, context.Response.Body, context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (WorkerException) when (context.Response.HasStarted)
        {
            context.Abort();
        }
    }

    private async Task ImportAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // As long as its snapshot: every part of it has a bound of its own.
            limit.MaxRequestBodySize = null;
        }
        SnapshotLayer layer = await tree.ImportAsync(
            context.Request.Body, PassphraseOf(context), context.RequestAborted).ConfigureAwait(false);
        await Response.WriteJsonAsync(
            context, 201, new SnapshotTreeResponse([layer]), ThawJsonContext.Default.SnapshotTreeResponse)
            .ConfigureAwait(false);
    }

    private async Task ListKeysAsync(HttpContext context) => await Response.WriteJsonAsync(
        context, 200, new KeyList(await tree.ListKeysAsync(context.RequestAborted).ConfigureAwait(false)),
        ThawJsonContext.Default.KeyList).ConfigureAwait(false);

    private async Task RotateAsync(HttpContext context) => await Response.WriteJsonAsync(
        context, 200,
        await tree.RotateKeyAsync(QueryOf(context, "Account"), context.RequestAborted).ConfigureAwait(false),
        ThawJsonContext.Default.MasterKey).ConfigureAwait(false);

    private async Task RevokeAsync(HttpContext context)
    {
        string account = QueryOf(context, "Account") ?? throw LambdaError.Invalid("Account is missing.");
        int count = await tree.RevokeKeyAsync(account, context.RequestAborted).ConfigureAwait(false);
        await Response.WriteJsonAsync(
            context, 200, new KeyRevocation(account, count), ThawJsonContext.Default.KeyRevocation)
            .ConfigureAwait(false);
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static string? QueryOf(HttpContext context, string name) =>
        context.Request.Query[name] is { Count: > 0 } values && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    private static string? PassphraseOf(HttpContext context)
    {
        string? header = context.Request.Headers[PassphraseHeader];
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }
        byte[] bytes = new byte[header.Length];
        return Convert.TryFromBase64String(header, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw LambdaError.Invalid($"{PassphraseHeader} must be base64.");
    }
}
