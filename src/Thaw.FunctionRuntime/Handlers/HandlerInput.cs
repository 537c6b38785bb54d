using System.Reflection;
using Thaw.FunctionRuntime.Faults;
using Thaw.Functions;

namespace Thaw.FunctionRuntime.Handlers;

/// <summary>What a handler takes: an event, a context, both in this order, or nothing.</summary>
internal sealed class HandlerInput
{
    private readonly Type? _event;
    private readonly bool _hasContext;

    private HandlerInput(Type? @event, bool hasContext)
    {
        _event = @event;
        _hasContext = hasContext;
    }

    /// <summary>What this method takes.</summary>
    /// <exception cref="Fault">Something else.</exception>
    internal static HandlerInput Of(MethodInfo method)
    {
        Type[] types = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        bool hasContext = types.Length > 0 && types[^1] == typeof(FunctionContext);
        Type[] events = hasContext ? types[..^1] : types;
        return events.Length <= 1 && !events.Any(type => type.IsByRef || type == typeof(FunctionContext))
            ? new HandlerInput(events.FirstOrDefault(), hasContext)
            : throw new Fault(
                Fault.InvalidHandlerSignature,
                $"Method '{method.Name}' takes more than an event and a {nameof(FunctionContext)}");
    }

    internal void Prepare()
    {
        if (_event is not null && _event != typeof(Stream))
        {
            FunctionJson.Prepare(_event);
        }
    }

    /// <summary>The arguments of a call.</summary>
    internal object?[] Arguments(byte[] @event, FunctionContext context)
    {
        List<object?> arguments = [];
        if (_event is not null)
        {
            arguments.Add(
                _event == typeof(Stream)
                    ? new MemoryStream(@event, writable: false) : FunctionJson.Read(@event, _event));
        }

        if (_hasContext)
        {
            arguments.Add(context);
        }

        return [.. arguments];
    }
}
