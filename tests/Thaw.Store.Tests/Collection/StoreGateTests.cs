namespace Thaw.Store.Tests;

public sealed class StoreGateTests : IDisposable
{
    private static readonly GateOptions s_options = new();

    private readonly World _world = new();

    private ManualTime Time => _world.Time;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Enter_ByMany_LetsAllIn()
    {
        await using PublicationTicket first = await _world.Gate.EnterAsync(World.Token);
        await using PublicationTicket second = await _world.Gate.EnterAsync(World.Token);

        Assert.Equal(2, (await _world.ListAsync(StoreArea.Publication)).Count);
    }

    [Fact]
    public async Task Sweep_WhileAPublicationIsUnderWay_WaitsForIt()
    {
        PublicationTicket publication = await _world.Gate.EnterAsync(World.Token);
        Task<GatePass> sweep = _world.Gate.BeginSweepAsync(World.Token).AsTask();
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(sweep.IsCompleted);

        await publication.DisposeAsync();
        await using GatePass pass = await Time.DriveAsync(sweep);

        Assert.Empty(await _world.ListAsync(StoreArea.Publication));
    }

    [Fact]
    public async Task Enter_WhileASweepIsUnderWay_WaitsForItWithoutStandingInItsWay()
    {
        GatePass sweep = await _world.Gate.BeginSweepAsync(World.Token);
        Task<PublicationTicket> publication = _world.Gate.EnterAsync(World.Token).AsTask();
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(publication.IsCompleted);
        Assert.Empty(await _world.ListAsync(StoreArea.Publication));

        await sweep.DisposeAsync();
        await using PublicationTicket ticket = await Time.DriveAsync(publication);
    }

    [Fact]
    public async Task NewPublications_WhileASweepWaits_StayOut()
    {
        PublicationTicket old = await _world.Gate.EnterAsync(World.Token);
        Task<GatePass> sweep = _world.Gate.BeginSweepAsync(World.Token).AsTask();
        Task<PublicationTicket> fresh = _world.Gate.EnterAsync(World.Token).AsTask();
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(fresh.IsCompleted);

        await old.DisposeAsync();
        await (await Time.DriveAsync(sweep)).DisposeAsync();
        await (await Time.DriveAsync(fresh)).DisposeAsync();
    }

    [Theory]
    [InlineData(StoreArea.Publication)]
    [InlineData(StoreArea.Sweep)]
    public async Task Peer_ThatDied_IsTakenForDeadAfterItsLease(StoreArea area)
    {
        StoreName left = StoreName.For(area, new KeyId(1, 2));
        await _world.Memory.PutAsync(left, new byte[LeaseRecord.RecordBytes], PutMode.Replace, World.Token);
        Task waiting = area == StoreArea.Publication
            ? _world.Gate.BeginSweepAsync(World.Token).AsTask()
            : _world.Gate.EnterAsync(World.Token).AsTask();

        Time.Advance(s_options.Lease - TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(waiting.IsCompleted);
        await waiting;
        Assert.Null(await _world.Memory.FindAsync(left, World.Token));
    }

    [Fact]
    public async Task Publication_ThatLives_IsNeverTakenForDead()
    {
        await using PublicationTicket publication = await _world.Gate.EnterAsync(World.Token);
        Task<GatePass> sweep = _world.Gate.BeginSweepAsync(World.Token).AsTask();

        StoreException exception = await Assert.ThrowsAsync<StoreException>(() => Time.DriveAsync(sweep));

        Assert.Equal(StoreFault.Busy, exception.Fault);
        Assert.Empty(await _world.ListAsync(StoreArea.Sweep));
        await publication.RunHeldAsync(_ => ValueTask.CompletedTask, World.Token);
    }

    [Fact]
    public async Task Publication_WhoseRecordWasRemoved_MayNotGoOn()
    {
        await using PublicationTicket publication = await _world.Gate.EnterAsync(World.Token);
        foreach (StoreName name in await _world.ListAsync(StoreArea.Publication))
        {
            await _world.Memory.DeleteAsync(name, World.Token);
        }
        Time.Advance(TimeSpan.FromSeconds(20));

        await AssertLostAsync(publication);
        Assert.Empty(await _world.ListAsync(StoreArea.Publication));
    }

    [Fact]
    public async Task Publication_ThatCouldNotRenewItsLease_MayNotGoOn()
    {
        await using PublicationTicket publication = await _world.Gate.EnterAsync(World.Token);
        _world.Store.Decide = (_, _) => Fault.Unavailable;
        Time.Advance(s_options.Lease);
        _world.Store.Decide = (_, _) => Fault.None;

        await AssertLostAsync(publication);
    }

    [Fact]
    public async Task Publication_WhoseStoreWasAwayForAMoment_GoesOn()
    {
        await using PublicationTicket publication = await _world.Gate.EnterAsync(World.Token);
        _world.Store.Decide = (_, _) => Fault.Unavailable;
        Time.Advance(s_options.Lease / 3);
        _world.Store.Decide = (_, _) => Fault.None;
        Time.Advance(s_options.Lease / 8);

        bool isWritten = false;
        await publication.RunHeldAsync(
            _ =>
            {
                isWritten = true;
                return ValueTask.CompletedTask;
            },
            World.Token);

        Assert.True(isWritten);
    }

    [Fact]
    public async Task DecisiveWrite_ThatHangs_IsGivenUpInTime()
    {
        await using PublicationTicket publication = await _world.Gate.EnterAsync(World.Token);
        TaskCompletionSource never = new();

        Task writing = publication.RunHeldAsync(
            token => new ValueTask(never.Task.WaitAsync(token)), World.Token).AsTask();
        Time.Advance(s_options.Lease / 4);

        StoreException exception = await Assert.ThrowsAsync<StoreException>(() => writing);
        Assert.Equal(StoreFault.LeaseLost, exception.Fault);
    }

    private static async Task AssertLostAsync(PublicationTicket publication)
    {
        bool isWritten = false;
        StoreException exception = await Assert.ThrowsAsync<StoreException>(async () => await publication.RunHeldAsync(
            _ =>
            {
                isWritten = true;
                return ValueTask.CompletedTask;
            },
            World.Token));
        Assert.Equal(StoreFault.LeaseLost, exception.Fault);
        Assert.False(isWritten);
    }
}
