using Thaw.Worker.Monitors;

namespace Thaw.Worker.Tests.Fakes;

/// <summary>Makes fake monitors.</summary>
internal sealed class FakeMonitorFactory(FakeWorld world, RunDirectory directory) : IMonitorFactory
{
    public Task<IMonitor> StartAsync(CancellationToken cancellationToken)
    {
        (string id, MicrovmPaths paths) = directory.Allocate();
        FakeMonitor monitor = new(world, id, paths);
        world.Monitors.Enqueue(monitor);
        return Task.FromResult<IMonitor>(monitor);
    }
}
