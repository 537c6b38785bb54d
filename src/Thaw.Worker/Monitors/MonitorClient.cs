using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Thaw.Worker.Monitors.Wire;

namespace Thaw.Worker.Monitors;

/// <summary>Speaks a monitor's API over its Unix socket.</summary>
internal sealed class MonitorClient : IDisposable
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(2);
    private readonly HttpClient _http;
    private readonly string _socketPath;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    internal MonitorClient(string socketPath, TimeSpan timeout, TimeProvider time)
    {
        _socketPath = socketPath;
        _timeout = timeout;
        _time = time;
        SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancellationToken) =>
                new NetworkStream(await ConnectAsync(cancellationToken).ConfigureAwait(false), ownsSocket: true),
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = 1,
            ActivityHeadersPropagator = null,
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri("http://monitor"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = WorkerLimits.MonitorAnswerSizeBytesMax,
        };
    }

    /// <summary>Waits until the monitor listens.</summary>
    internal async Task WaitUntilReadyAsync(Task<int> exited, CancellationToken cancellationToken)
    {
        long began = _time.GetTimestamp();
        while (!await TryReachAsync(cancellationToken).ConfigureAwait(false))
        {
            if (exited.IsCompleted)
            {
                throw new WorkerException(
                    WorkerFault.MonitorUnavailable,
                    $"The monitor ended with exit code {await exited.ConfigureAwait(false)} before it was ready.");
            }
            if (_time.GetElapsedTime(began) > _timeout)
            {
                throw new WorkerException(
                    WorkerFault.MonitorUnavailable,
                    $"The monitor was not ready within {_timeout.TotalSeconds:F0} s.");
            }
            await Task.Delay(s_pollInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    internal Task PutAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, body, type, _timeout, cancellationToken);

    internal Task PutAsync<T>(
        string path, T body, JsonTypeInfo<T> type, TimeSpan timeout, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, body, type, timeout, cancellationToken);

    internal Task PatchAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, body, type, _timeout, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task SendAsync<T>(
        HttpMethod method, string path, T body, JsonTypeInfo<T> type, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(timeout, _time);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using HttpRequestMessage request = new(method, path)
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, both.Token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NoContent)
            {
                return;
            }
            string text = await response.Content.ReadAsStringAsync(both.Token).ConfigureAwait(false);
            throw new WorkerException(
                WorkerFault.MonitorRefused,
                $"The monitor refused {method} {path} with status {(int)response.StatusCode}: {ReadFault(text)}");
        }
        catch (OperationCanceledException failure) when (limit.IsCancellationRequested)
        {
            throw new WorkerException(
                WorkerFault.MonitorUnavailable,
                $"The monitor did not answer {method} {path} within {timeout.TotalSeconds:F0} s.", failure)
            {
                IsTransient = true,
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new WorkerException(
                WorkerFault.MonitorUnavailable, $"The monitor went away during {method} {path}.", failure)
            {
                IsTransient = true,
            };
        }
    }

    private static string ReadFault(string text)
    {
        try
        {
            string? fault = JsonSerializer.Deserialize(text, MonitorJsonContext.Default.MonitorFault)?.FaultMessage;
            return ConsoleText.Sanitise(Encoding.UTF8.GetBytes(fault ?? "(no reason given)"));
        }
        catch (JsonException)
        {
            return "(an answer that is not JSON)";
        }
    }

    private async Task<bool> TryReachAsync(CancellationToken cancellationToken)
    {
        try
        {
            using Socket socket = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            // Not bound yet, or not listening yet.
            return false;
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellationToken)
                .ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
