namespace Thaw.GuestAgent.Functions;

/// <summary>The function's output on its way to the host.</summary>
internal interface IFunctionLog
{
    /// <summary>Sends what the function has written up to now, so that it comes before the next answer.</summary>
    void Drain();
}
