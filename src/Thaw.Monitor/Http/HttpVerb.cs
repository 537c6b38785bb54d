namespace Thaw.Monitor.Http;

/// <summary>Methods of the API.</summary>
internal enum HttpVerb
{
    Get,
    Put,
    Patch,
    Delete,
}
