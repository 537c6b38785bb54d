using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Thaw.ControlPlane.Http;

/// <summary>Reads request bodies, none further than it may be long.</summary>
internal static class RequestBody
{
    private const int BufferSizeBytes = 64 * 1024;
    private const int EventDepthMax = 1000;

    /// <summary>Reads the body, or refuses it where it is longer than <paramref name="sizeMax"/>.</summary>
    internal static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int sizeMax, string operation)
    {
        long? announced = context.Request.ContentLength;
        if (announced > sizeMax)
        {
            throw LambdaError.TooLarge(sizeMax, operation);
        }
        // One byte of room more than announced tells the end without growing.
        using MemoryStream body = new((int)(announced ?? 0));
        byte[] buffer = new byte[BufferSizeBytes];
        while (true)
        {
            int got = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false);
            if (got == 0)
            {
                return body.GetBuffer().AsMemory(0, (int)body.Length);
            }
            if (body.Length + got > sizeMax)
            {
                throw LambdaError.TooLarge(sizeMax, operation);
            }
            body.Write(buffer, 0, got);
        }
    }

    /// <summary>Reads the body as JSON; an empty one is an empty object.</summary>
    internal static async Task<T> ReadJsonAsync<T>(
        HttpContext context, JsonTypeInfo<T> type, int sizeMax, string operation)
    {
        ReadOnlyMemory<byte> body = await ReadAsync(context, sizeMax, operation).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(body.IsEmpty ? "{}"u8 : body.Span, type)
                ?? throw LambdaError.InvalidContent("The request body is null.");
        }
        catch (JsonException failure)
        {
            throw LambdaError.InvalidContent($"Could not parse request body into json: {failure.Message}", failure);
        }
    }

    /// <summary>Checks that an event is one JSON value; an empty one becomes an empty object.</summary>
    internal static ReadOnlyMemory<byte> CheckEvent(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return "{}"u8.ToArray();
        }
        try
        {
            Utf8JsonReader reader = new(body.Span, new JsonReaderOptions { MaxDepth = EventDepthMax });
            while (reader.Read())
            {
                // Reading on is the check.
            }
            return body;
        }
        catch (JsonException failure)
        {
            throw LambdaError.InvalidContent($"Could not parse request body into json: {failure.Message}", failure);
        }
    }
}
