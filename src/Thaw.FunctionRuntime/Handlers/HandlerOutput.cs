using System.Reflection;
using Thaw.FunctionRuntime.Faults;

namespace Thaw.FunctionRuntime.Handlers;

/// <summary>What a handler gives, at once or in a task: a stream of bytes, what becomes JSON, or nothing.</summary>
internal sealed class HandlerOutput
{
    private readonly Type _value;
    private readonly MethodInfo? _asTask;
    private readonly PropertyInfo? _result;

    private HandlerOutput(Type value, MethodInfo? asTask, PropertyInfo? result)
    {
        _value = value;
        _asTask = asTask;
        _result = result;
    }

    private bool IsStream => typeof(Stream).IsAssignableFrom(_value);

    /// <summary>What this method gives.</summary>
    /// <exception cref="Fault">Something that cannot be a response.</exception>
    internal static HandlerOutput Of(MethodInfo method)
    {
        Type type = method.ReturnType;
        if (type.IsByRef || type.IsByRefLike || type.IsPointer)
        {
            throw new Fault(
                Fault.InvalidHandlerSignature, $"Method '{method.Name}' returns {type.Name}, which is no response");
        }

        Type? generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (generic == typeof(Task<>))
        {
            return new HandlerOutput(type.GenericTypeArguments[0], null, type.GetProperty(nameof(Task<>.Result)));
        }

        if (generic == typeof(ValueTask<>))
        {
            MethodInfo asTask = type.GetMethod(nameof(ValueTask<>.AsTask))!;
            return new HandlerOutput(
                type.GenericTypeArguments[0], asTask, asTask.ReturnType.GetProperty(nameof(Task<>.Result)));
        }

        if (type == typeof(ValueTask))
        {
            return new HandlerOutput(typeof(void), type.GetMethod(nameof(ValueTask.AsTask)), null);
        }

        return new HandlerOutput(type == typeof(Task) ? typeof(void) : type, null, null);
    }

    internal void Prepare()
    {
        if (!IsStream && _value != typeof(void))
        {
            FunctionJson.Prepare(_value);
        }
    }

    /// <summary>Waits for what the method returned to be there, and gives it as a response.</summary>
    internal byte[] ToBytes(object? returned)
    {
        object? value = _asTask is null ? returned : _asTask.Invoke(returned, null);
        if (value is Task task && (_value == typeof(void) || _result is not null))
        {
            task.GetAwaiter().GetResult();
            value = _result?.GetValue(task);
        }

        if (_value == typeof(void))
        {
            return "null"u8.ToArray();
        }

        return value is Stream stream ? ReadAll(stream) : FunctionJson.Write(value, _value);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using (stream)
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }
    }
}
