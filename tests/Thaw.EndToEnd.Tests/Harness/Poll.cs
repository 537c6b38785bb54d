namespace Thaw.EndToEnd.Tests.Harness;

/// <summary>Waits for what another process brings about, with a bound.</summary>
internal static class Poll
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_max = TimeSpan.FromSeconds(60);

    /// <summary>Asks again until the answer is there.</summary>
    /// <param name="what">What is waited for, for the failure's text.</param>
    /// <param name="ask">Gives null as long as it is not.</param>
    /// <param name="max">The bound; a minute unless said.</param>
    public static async Task<T> UntilAsync<T>(string what, Func<Task<T?>> ask, TimeSpan? max = null)
        where T : class
    {
        using var bound = new CancellationTokenSource(max ?? s_max);
        using var timer = new PeriodicTimer(s_interval);
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            try
            {
                await timer.WaitForNextTickAsync(bound.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"After {(max ?? s_max).TotalSeconds:0} s still not: {what}");
            }
        }
    }

    /// <summary>Asks again until it is so.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> ask, TimeSpan? max = null) =>
        UntilAsync<object>(what, async () => await ask() ? what : null, max);
}
