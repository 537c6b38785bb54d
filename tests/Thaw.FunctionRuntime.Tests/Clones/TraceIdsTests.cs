using System.Diagnostics;
using Thaw.FunctionRuntime.Clones;

namespace Thaw.FunctionRuntime.Tests.Clones;

public sealed class TraceIdsTests : IDisposable
{
    private const int Draws = 1000;

    public void Dispose() => Activity.TraceIdGenerator = null;

    [Fact]
    public void TraceIds_Installed_AreDrawnAndDiffer()
    {
        TraceIds.Install();

        HashSet<ActivityTraceId> drawn = [.. Enumerable.Range(0, Draws).Select(_ => Start(null))];

        Assert.Equal(Draws, drawn.Count);
        Assert.DoesNotContain(default, drawn);
    }

    [Fact]
    public void TraceIds_OfActivitiesInATrace_AreTheTraces()
    {
        TraceIds.Install();
        using Activity outer = new Activity("outer").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(outer.TraceId, Start(outer));
    }

    private static ActivityTraceId Start(Activity? parent)
    {
        using Activity activity = new Activity("draw").SetIdFormat(ActivityIdFormat.W3C);
        if (parent is not null)
        {
            activity.SetParentId(parent.TraceId, parent.SpanId);
        }

        return activity.Start().TraceId;
    }
}
