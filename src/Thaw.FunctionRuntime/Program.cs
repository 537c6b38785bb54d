using System.Net.Sockets;
using Thaw.FunctionRuntime;
using Thaw.FunctionRuntime.Api;
using Thaw.FunctionRuntime.Clones;

SharedRandom.Install();
TraceIds.Install();
try
{
    using ApiConnection connection = new(FunctionVariables.Get(FunctionVariables.RuntimeApi));
    RuntimeClient client = new(connection);
    if (FunctionVariables.Get(FunctionVariables.Prepare).Length > 0)
    {
        // This process may be a clone by the time it is told its function.
        WarmUp.Run();
        FunctionVariables.Replace(client.NextStart());
        RestoreGeneration.Advance();
    }

    return new FunctionProcess(client).Run();
}
catch (Exception error) when (error is RuntimeApiException or SocketException)
{
    Console.Error.WriteLine($"The Runtime API is gone: {error.Message}");
    return 1;
}
