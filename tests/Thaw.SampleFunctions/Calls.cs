using System.Globalization;
using System.Text;
using System.Text.Json;
using Thaw.Functions;

namespace Thaw.SampleFunctions;

/// <summary>Handlers of every shape.</summary>
public sealed class Calls
{
    private int _calls;

    public object Context(JsonElement payload, FunctionContext context) => new object?[]
    {
        payload,
        context.AwsRequestId,
        context.FunctionName,
        context.FunctionVersion,
        context.MemoryLimitInMB,
        context.InvokedFunctionArn.Split(':')[^2],
        context.RemainingTime > TimeSpan.Zero,
        context.ClientContext,
        context.CognitoIdentityId,
        Environment.GetEnvironmentVariable("GREETING"),
        Environment.GetEnvironmentVariable("_X_AMZN_TRACE_ID"),
        Environment.GetEnvironmentVariable("AWS_LAMBDA_INITIALIZATION_TYPE"),
    };

    public async Task<Order> OrderAsync(Order order)
    {
        await Task.Yield();
        return order with { Count = order.Count + ++_calls };
    }

    public ValueTask<string> TextAsync(string text) => ValueTask.FromResult(text.ToUpperInvariant());

    public static Stream Copy(Stream payload)
    {
        using StreamReader reader = new(payload);
        return new MemoryStream(Encoding.UTF8.GetBytes("<" + reader.ReadToEnd() + ">"));
    }

    public async Task NothingAsync(FunctionContext context)
    {
        await Console.Out.WriteAsync("plain " + context.AwsRequestId);
        await Console.Error.WriteAsync("err");
    }

    public static void Fail() => Inner();

    public static async Task FailAsync()
    {
        await Task.Yield();
        Inner();
    }

    public static double NotANumber(JsonElement payload) => double.NaN;

    public static void Exit() => Environment.Exit(4);

    public static void Overloaded(int one) => throw new InvalidOperationException($"{one}");

    public static void Overloaded(string two) => throw new InvalidOperationException(two);

    public static void Three(string one, string two, FunctionContext three) => throw new NotSupportedException();

    public static string Start() => string.Join(
        ',',
        Environment.GetEnvironmentVariable("GREETING"),
        TimeZoneInfo.Local.BaseUtcOffset.TotalHours.ToString(CultureInfo.InvariantCulture),
        Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Count(name => name.StartsWith("THAW", StringComparison.Ordinal)));

    private static void Inner() => throw new CustomException("so nicht", new InvalidOperationException("deshalb"));
}
