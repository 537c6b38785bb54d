using System.Reflection;
using System.Runtime.CompilerServices;
using Thaw.FunctionRuntime.Clones;

namespace Thaw.FunctionRuntime;

/// <summary>
/// Does before a snapshot what would be done the first time in every clone, and takes back the memory that it took.
/// </summary>
internal static class WarmUp
{
    /// <summary>Compiles the runtime's methods, rehearses what comes after the restore, collects garbage.</summary>
    internal static void Run()
    {
        foreach (Type type in typeof(WarmUp).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters))
        {
            const BindingFlags Declared =
                BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
                | BindingFlags.DeclaredOnly;
            foreach (MethodBase method in type.GetMembers(Declared).OfType<MethodBase>())
            {
                if (!method.IsAbstract && !method.ContainsGenericParameters && method.GetMethodBody() is not null)
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }
        }

        OpenSslReseed.Run();
        _ = FunctionJson.Write(FunctionJson.Read("{}"u8, typeof(object)), typeof(object));
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
