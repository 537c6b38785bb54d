using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Thaw.Monitor.Control;
using Thaw.Monitor.Http;
using Thaw.Monitor.Logging;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Api;

/// <summary>Answers API requests: path and method to an action on the session, its outcome to a response.</summary>
internal sealed class ApiRouter
{
    // Enough of a body to see what was asked.
    private const int LoggedBodyCharsMax = 1024;

    private readonly MicrovmSession _session;
    private readonly MonitorLog _log;
    private readonly MonitorMetrics _metrics;

    internal ApiRouter(MicrovmSession session, MonitorLog log, MonitorMetrics metrics)
    {
        _session = session;
        _log = log;
        _metrics = metrics;
    }

    /// <summary>Answers one request.</summary>
    internal HttpResponse Handle(HttpRequest request)
    {
        _log.Info($"The API server received a {Describe(request)}.");
        ApiPath path = ApiPath.Parse(request.Path);
        string counter = $"{ApiErrors.Name(request.Method).ToLowerInvariant()}_api_requests";
        _metrics.Add($"{counter}.count");
        HttpResponse response;
        try
        {
            response = request.Method switch
            {
                HttpVerb.Get => Get(path, request),
                HttpVerb.Put => Put(path, request),
                HttpVerb.Patch => Patch(path, request),
                _ => Delete(path, request),
            };
        }
        catch (ApiBodyException e)
        {
            response = ApiErrors.Fault(e.Message);
        }

        if (response.Status == 400)
        {
            _metrics.Add($"{counter}.fails");
            string message = Encoding.UTF8.GetString(response.Body);
            _log.Error($"Received Error. Status code: 400 Bad Request. Message: {message}");
        }
        else
        {
            _log.Info($"The request was executed successfully. Status code: {response.Status}.");
        }

        return response;
    }

    private HttpResponse Get(ApiPath path, HttpRequest request)
    {
        if (request.Body.Length > 0)
        {
            return ApiErrors.Fault("GET request cannot have a body.");
        }

        return (path.Resource, path.Item) switch
        {
            ("", _) => Json(_session.Info, ApiJson.Wire.InstanceInfo),
            ("version", _) => Json(
                new VersionInfo { FirecrackerVersion = MonitorVersion.Api, ThawVersion = MonitorVersion.Own },
                ApiJson.Wire.VersionInfo),
            ("vm", "config") => Json(_session.Config, ApiJson.Wire.VmConfig),
            ("vm", "stats") => _session.ReadStats() is { } stats
                ? Json(stats, ApiJson.Wire.MicrovmStats)
                : ApiErrors.Fault(ApiErrors.PreBoot),
            ("machine-config", _) => Json(_session.Machine, ApiJson.Wire.MachineConfig),
            _ => Unknown(path, request),
        };
    }

    private HttpResponse Put(ApiPath path, HttpRequest request)
    {
        if (request.Body.Length == 0)
        {
            return ApiErrors.Fault("Empty PUT request.");
        }

        byte[] body = request.Body;
        ApiJsonContext json = ApiJson.Wire;
        return path.Resource switch
        {
            "actions" => Act(ApiBody.Read(body, json.ActionRequest)),
            "boot-source" => Answer(_session.SetBootSource(ApiBody.Read(body, json.BootSourceConfig))),
            "drives" => WithId(path, () => ApiBody.Read(body, json.DriveConfig), d => d.DriveId, _session.SetDrive),
            "pmem" => WithId(path, () => ApiBody.Read(body, json.PmemConfig), p => p.Id, _session.SetPmem),
            "logger" => Answer(_session.SetLogger(ApiBody.Read(body, json.LoggerConfig))),
            "metrics" => Answer(_session.SetMetrics(ApiBody.Read(body, json.MetricsConfig))),
            "serial" => Answer(_session.SetSerial(ApiBody.Read(body, json.SerialConfig))),
            "machine-config" => PutMachine(ApiBody.Read(body, json.MachineConfig)),
            "vsock" => PutVsock(ApiBody.Read(body, json.VsockConfig)),
            "entropy" => Answer(_session.SetEntropy(ApiBody.Read(body, json.EntropyConfig))),
            "snapshot" => PutSnapshot(path, body),
            _ => Unknown(path, request),
        };
    }

    private HttpResponse Patch(ApiPath path, HttpRequest request)
    {
        if (request.Body.Length == 0)
        {
            return ApiErrors.Fault(ApiErrors.EmptyPatch);
        }

        byte[] body = request.Body;
        ApiJsonContext json = ApiJson.Wire;
        return path.Resource switch
        {
            "drives" => WithId(path, () => ApiBody.Read(body, json.DriveUpdate), d => d.DriveId, _session.UpdateDrive),
            "pmem" => WithId(path, () => ApiBody.Read(body, json.PmemUpdate), p => p.Id, _session.UpdatePmem),
            "machine-config" => PatchMachine(ApiBody.Read(body, json.MachineConfigUpdate)),
            "vm" => ApiBody.Read(body, json.VmUpdate).State == VmStateRequest.Paused
                ? Answer(_session.Pause())
                : Answer(_session.Resume()),
            _ => Unknown(path, request),
        };
    }

    private static HttpResponse Delete(ApiPath path, HttpRequest request) => request.Body.Length > 0
        ? ApiErrors.Fault("Empty Delete request.")
        : path.Resource is "drives" or "pmem" or "network-interfaces"
            ? ApiErrors.Fault(ApiErrors.NotSupportedYet("Removing a device"))
            : Unknown(path, request);

    private static HttpResponse Unknown(ApiPath path, HttpRequest request) =>
        path.Resource is "balloon" or "mmds" or "network-interfaces" or "cpu-config" or "hotplug"
            ? ApiErrors.Fault(ApiErrors.NotSupportedYet($"/{path.Resource}"))
            : ApiErrors.Fault(ApiErrors.InvalidPathMethod(path.Resource, request.Method));

    private HttpResponse Act(ActionRequest request) => Answer(request.ActionType switch
    {
        ActionType.InstanceStart => _session.Start(),
        ActionType.FlushMetrics => _session.FlushMetrics(),
        _ => _session.SendCtrlAltDel(),
    });

    private HttpResponse PutMachine(MachineConfig machine) => Deprecated(
        Answer(_session.UpdateMachine(MachineConfigRules.AsUpdate(machine))), machine.CpuTemplate is not null);

    private HttpResponse PatchMachine(MachineConfigUpdate update) => update.IsEmpty
        ? ApiErrors.Fault(ApiErrors.EmptyPatch)
        : Deprecated(Answer(_session.UpdateMachine(update)), update.CpuTemplate is not null);

    private HttpResponse PutVsock(VsockConfig vsock) =>
        Deprecated(Answer(_session.SetVsock(vsock)), vsock.VsockId is not null);

    private HttpResponse PutSnapshot(ApiPath path, byte[] body) => path.Item switch
    {
        "create" => Answer(_session.CreateSnapshot(ApiBody.Read(body, ApiJson.Wire.CreateSnapshotRequest))),
        "load" => LoadSnapshot(ApiBody.Read(body, ApiJson.Wire.LoadSnapshotRequest)),
        null => ApiErrors.Fault("Missing snapshot operation type."),
        _ => ApiErrors.Fault(ApiErrors.InvalidPathMethod($"/snapshot/{path.Item}", HttpVerb.Put)),
    };

    private HttpResponse LoadSnapshot(LoadSnapshotRequest request)
    {
        if (request.MemBackend is not null && request.MemFilePath is not null)
        {
            throw new ApiBodyException(
                "too many fields: either `mem_backend` or `mem_file_path` exclusively is required");
        }

        MemoryBackend memory = request.MemBackend
            ?? new MemoryBackend
            {
                BackendPath = request.MemFilePath
                    ?? throw new ApiBodyException(
                        "missing field: either `mem_backend` or `mem_file_path` is required"),
                BackendType = MemoryBackendType.File,
            };
        LoadSnapshotRequest whole = request with
        {
            MemBackend = memory,
            MemFilePath = null,
            TrackDirtyPages = request.TrackDirtyPages || request.EnableDiffSnapshots,
        };
        return Deprecated(
            Answer(_session.LoadSnapshot(whole, memory)),
            request.MemFilePath is not null || request.EnableDiffSnapshots);
    }

    private static HttpResponse WithId<T>(
        ApiPath path, Func<T> read, Func<T, string> idOf, Func<T, ControlResult> action)
    {
        if (string.IsNullOrEmpty(path.Item))
        {
            return ApiErrors.Fault(ApiErrors.EmptyId);
        }

        if (!DeviceId.IsValid(path.Item))
        {
            return ApiErrors.Fault(ApiErrors.InvalidId);
        }

        T value = read();
        return idOf(value) == path.Item ? Answer(action(value)) : ApiErrors.Fault(ApiErrors.IdMismatch);
    }

    private HttpResponse Deprecated(HttpResponse response, bool isDeprecated)
    {
        if (!isDeprecated)
        {
            return response;
        }

        _log.Warn("The request has a deprecated field.");
        return response with { IsDeprecated = true };
    }

    private static HttpResponse Answer(ControlResult result) =>
        result.Fault is { } fault ? ApiErrors.Fault(fault) : HttpResponse.NoContent;

    private static HttpResponse Json<T>(T value, JsonTypeInfo<T> type) =>
        new(200, JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static string Describe(HttpRequest request)
    {
        string method = ApiErrors.Name(request.Method);
        string name = method[0] + method[1..].ToLowerInvariant();
        if (request.Body.Length == 0)
        {
            return $"{name} request on \"{request.Path}\"";
        }

        string body = Encoding.UTF8.GetString(request.Body);
        string shown = body.Length > LoggedBodyCharsMax ? body[..LoggedBodyCharsMax] + "…" : body;
        return $"{name} request on \"{request.Path}\" with body \"{shown}\"";
    }
}
