using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Thaw.FunctionRuntime.Faults;
using Thaw.Functions;

namespace Thaw.FunctionRuntime.Handlers;

/// <summary>A function's method, ready to be called with events.</summary>
internal sealed class Handler
{
    private const BindingFlags Members =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.FlattenHierarchy;

    private readonly MethodInfo _method;
    private readonly object? _target;
    private readonly HandlerInput _input;
    private readonly HandlerOutput _output;

    private Handler(MethodInfo method, object? target)
    {
        _method = method;
        _target = target;
        _input = HandlerInput.Of(method);
        _output = HandlerOutput.Of(method);
    }

    /// <summary>Loads the method that a name stands for, and makes the object that it belongs to.</summary>
    /// <exception cref="Fault">There is no such method, or none that can be called.</exception>
    internal static Handler Load(string name, string taskRoot)
    {
        HandlerName parsed = HandlerName.Parse(name);
        MethodInfo method = Find(parsed, FunctionAssembly.Load(parsed.Assembly, taskRoot));
        Type type = method.ReflectedType!;
        try
        {
            Handler handler = new(method, method.IsStatic ? Initialise(type) : Create(type));
            handler.Prepare();
            return handler;
        }
        catch (TypeInitializationException error) when (error.InnerException is { } cause)
        {
            // The function's own error, not the runtime's word for it.
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    /// <summary>Calls it and waits for what it gives, as bytes.</summary>
    internal byte[] Call(byte[] @event, FunctionContext context)
    {
        object?[] arguments = _input.Arguments(@event, context);
        object? returned = _method.Invoke(_target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        return _output.ToBytes(returned);
    }

    private static MethodInfo Find(HandlerName name, Assembly assembly)
    {
        try
        {
            Type type = assembly.GetType(name.Type, throwOnError: false)
                ?? throw new Fault(Fault.HandlerNotFound, $"Type '{name.Type}' missing in assembly '{name.Assembly}'");
            return Find(type, name.Method);
        }
        catch (Exception error) when (FunctionAssembly.IsLoadError(error))
        {
            throw new Fault(
                Fault.ImportModuleError, $"Unable to load assembly '{name.Assembly}': {error.Message}", error);
        }
    }

    private static MethodInfo Find(Type type, string name)
    {
        MethodInfo[] methods = [.. type.GetMethods(Members).Where(method => method.Name == name)];
        return methods switch
        {
            [{ ContainsGenericParameters: false } method] => method,
            [] => throw new Fault(Fault.HandlerNotFound, $"Method '{name}' missing on type '{type.FullName}'"),
            [_] => throw new Fault(
                Fault.InvalidHandlerSignature, $"Method '{name}' of type '{type.FullName}' is generic"),
            _ => throw new Fault(
                Fault.InvalidHandlerSignature, $"Method '{name}' of type '{type.FullName}' is there more than once"),
        };
    }

    private static object? Initialise(Type type)
    {
        RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        return null;
    }

    private static object Create(Type type)
    {
        ConstructorInfo? constructor = type.IsAbstract ? null : type.GetConstructor(Type.EmptyTypes);
        return constructor is null
            ? throw new Fault(
                Fault.InvalidHandlerSignature,
                $"Type '{type.FullName}' has no public constructor without parameters, and the method is not static")
            : constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, null, null);
    }

    /// <summary>Has done now, before a snapshot, what the first call would do without running the function.</summary>
    private void Prepare()
    {
        RuntimeHelpers.PrepareMethod(_method.MethodHandle);
        _input.Prepare();
        _output.Prepare();
    }
}
