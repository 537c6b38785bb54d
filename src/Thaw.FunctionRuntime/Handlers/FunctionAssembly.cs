using System.Reflection;
using System.Runtime.Loader;
using Thaw.FunctionRuntime.Faults;

namespace Thaw.FunctionRuntime.Handlers;

/// <summary>The function's own assembly and what it brings along.</summary>
internal static class FunctionAssembly
{
    /// <summary>
    /// Loads it among the runtime's own assemblies: there is one copy of each, so that types are the same on both
    /// sides.
    /// </summary>
    /// <exception cref="Fault">It cannot be loaded.</exception>
    internal static Assembly Load(string name, string taskRoot)
    {
        string path = Path.Combine(taskRoot, name + ".dll");
        if (!File.Exists(path))
        {
            throw new Fault(Fault.ImportModuleError, $"Unable to load assembly '{name}': there is no {path}");
        }

        try
        {
            FindDependencies(path);
            return AssemblyLoadContext.Default.LoadFromAssemblyPath(path);
        }
        catch (Exception error) when (IsLoadError(error) || error is InvalidOperationException)
        {
            throw new Fault(Fault.ImportModuleError, $"Unable to load assembly '{name}': {error.Message}", error);
        }
    }

    /// <summary>Whether this says that code is not there, or is none.</summary>
    internal static bool IsLoadError(Exception error) =>
        error is FileNotFoundException or FileLoadException or BadImageFormatException or TypeLoadException
            or ReflectionTypeLoadException;

    /// <summary>Has dependencies found as its <c>.deps.json</c> says, or beside it where there is none.</summary>
    private static void FindDependencies(string path)
    {
        var resolver = new AssemblyDependencyResolver(path);
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            resolver.ResolveAssemblyToPath(name) is { } found ? context.LoadFromAssemblyPath(found) : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            resolver.ResolveUnmanagedDllToPath(name) is { } found
                ? System.Runtime.InteropServices.NativeLibrary.Load(found) : 0;
    }
}
