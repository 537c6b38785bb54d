using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>Whose the guest's memory is: for a check that has taken it.</summary>
internal sealed partial class FunctionSession
{
    /// <summary>The host's Locate: freezes the function for good, so that nothing moves any more, and looks.</summary>
    internal void Locate(Locate request)
    {
        lock (_gate)
        {
            if (LocateRefusalLocked(request) is { } reason)
            {
                FailLocked("locate", new FunctionError("InvalidState", reason));
                return;
            }
            try
            {
                if (_machine is not null && !_frozen)
                {
                    parts.Cgroup.Freeze(request.TimeoutMs);
                }
                _frozen = true;
                (MappedMemory memory, bool isTruncated) = parts.ProcessMemory.Read();
                parts.Output.TrySend(new Located { IsTruncated = isTruncated }, memory.Encode());
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                FailLocked("locate", new FunctionError("LocateFailed", error.Message));
            }
        }
    }

    private string? LocateRefusalLocked(Locate request)
    {
        if (_pending is not null || _running is not null)
        {
            return "The function is at work.";
        }
        return request.TimeoutMs is < 1 or > AgentLimits.TimeoutMsMax
            ? $"A limit of {request.TimeoutMs} ms is not within 1 and {AgentLimits.TimeoutMsMax}."
            : null;
    }
}
