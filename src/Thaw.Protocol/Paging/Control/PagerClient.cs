using System.Net.Sockets;

namespace Thaw.Protocol;

/// <summary>
/// A control connection to thaw-pager. Requests may come from several threads; they take their turns.
/// </summary>
public sealed class PagerClient : IDisposable
{
    private readonly NetworkStream _stream;

    // Guards the stream: one request and its answer at a time. Never disposed, for those who still wait for it.
    private readonly SemaphoreSlim _turn = new(1);

    private PagerClient(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Connects to the pager's control socket.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<PagerClient> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new PagerClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the pager answers.</summary>
    public Task PingAsync(CancellationToken cancellationToken) =>
        AskAsync(new PagerRequest { Operation = PagerOperation.Ping }, cancellationToken);

    /// <summary>Makes a plain memory file ready to be served. The file must not change meanwhile.</summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public async Task<PagerImageStats> OpenFileAsync(
        string path, string? snapshot, CancellationToken cancellationToken) =>
        ImageOf(await AskAsync(
            new PagerRequest { Operation = PagerOperation.Open, File = path, Snapshot = snapshot },
            cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Makes a layer of the pager's store ready to be served. Opening it again gives the same image, which is closed
    /// as often as it was opened.
    /// </summary>
    /// <param name="layer">The layer, 32 hexadecimal digits.</param>
    /// <param name="space">Which of its spaces; guest memory when null.</param>
    /// <param name="snapshot">The only snapshot id that may be restored over it; any when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PagerException">The pager refused: a missing layer, a revoked key.</exception>
    public async Task<PagerImageStats> OpenLayerAsync(
        string layer, string? space, string? snapshot, CancellationToken cancellationToken) =>
        ImageOf(await AskAsync(
            new PagerRequest
            {
                Operation = PagerOperation.Open,
                Layer = layer,
                Space = space,
                Snapshot = snapshot,
            },
            cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Brings all of an image into memory, or as much of it as the pager can. Keeps the connection busy meanwhile.
    /// </summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public async Task<PagerImageStats> WarmAsync(string image, CancellationToken cancellationToken) =>
        ImageOf(await AskAsync(
            new PagerRequest { Operation = PagerOperation.Warm, Image = image }, cancellationToken)
            .ConfigureAwait(false));

    /// <summary>
    /// Expects one clone. Its monitor gets the answer's socket as <c>mem_backend.backend_path</c>, with the backend
    /// type <c>SharedImages</c> or, for other monitors, <c>Uffd</c>.
    /// </summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public Task<PagerStartStats> StartAsync(
        string image, bool prefetch, bool record, CancellationToken cancellationToken) =>
        AskStartAsync(
            new PagerRequest
            {
                Operation = PagerOperation.Start,
                Image = image,
                Prefetch = prefetch,
                Record = record,
            },
            cancellationToken);

    /// <summary>
    /// Says that the clone did what it was started for (its first answer): what it touched becomes its working set.
    /// </summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public Task<PagerStartStats> SettleAsync(string start, CancellationToken cancellationToken) =>
        AskStartAsync(
            new PagerRequest { Operation = PagerOperation.Settle, Start = start }, cancellationToken);

    /// <summary>Figures of a start.</summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public Task<PagerStartStats> StatsAsync(string start, CancellationToken cancellationToken) =>
        AskStartAsync(new PagerRequest { Operation = PagerOperation.Stats, Start = start }, cancellationToken);

    /// <summary>Figures of an image.</summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public async Task<PagerImageStats> ImageStatsAsync(string image, CancellationToken cancellationToken) =>
        ImageOf(await AskAsync(
            new PagerRequest { Operation = PagerOperation.Stats, Image = image },
            cancellationToken).ConfigureAwait(false));

    /// <summary>Figures of all images and starts.</summary>
    public Task<PagerAnswer> StatsAsync(CancellationToken cancellationToken) =>
        AskAsync(new PagerRequest { Operation = PagerOperation.Stats }, cancellationToken);

    /// <summary>Ends a start; its last figures. A clone that still runs loses its memory.</summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public Task<PagerStartStats> CloseStartAsync(string start, CancellationToken cancellationToken) =>
        AskStartAsync(new PagerRequest { Operation = PagerOperation.Close, Start = start }, cancellationToken);

    /// <summary>Gives up an image. Clones that are served from it go on.</summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    public Task CloseImageAsync(string image, CancellationToken cancellationToken) =>
        AskAsync(new PagerRequest { Operation = PagerOperation.Close, Image = image }, cancellationToken);

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="PagerException">The pager refused.</exception>
    /// <exception cref="IOException">The connection failed; the client is of no more use.</exception>
    public async Task<PagerAnswer> AskAsync(PagerRequest request, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Once begun, an exchange is not cut: the next request would get this one's answer.
            await PagerFrames.WriteAsync(
                _stream, request, PagerControlJsonContext.Default.PagerRequest, CancellationToken.None)
                .ConfigureAwait(false);
            PagerAnswer answer = await PagerFrames.ReadAsync(
                _stream, PagerControlJsonContext.Default.PagerAnswer, CancellationToken.None).ConfigureAwait(false)
                ?? throw new IOException("The pager closed its control connection.");
            return answer.Error is null ? answer : throw new PagerException(answer.Error);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private async Task<PagerStartStats> AskStartAsync(PagerRequest request, CancellationToken cancellationToken) =>
        (await AskAsync(request, cancellationToken).ConfigureAwait(false)).Start
        ?? throw new PagerException($"The pager's answer to {request.Operation} has no start.");

    private static PagerImageStats ImageOf(PagerAnswer answer) =>
        answer.Image ?? throw new PagerException("The pager's answer has no image.");
}
