using System.Runtime.InteropServices;
using System.Text;

namespace Thaw.Linux;

/// <summary>A null-terminated array of C strings, as argv and envp are, outside the managed heap.</summary>
internal sealed class NativeStrings : IDisposable
{
    /// <summary>Copies the strings.</summary>
    internal NativeStrings(IReadOnlyList<string> strings)
    {
        int pointerBytes = (strings.Count + 1) * nint.Size;
        int textBytes = 0;
        foreach (string text in strings)
        {
            textBytes += Encoding.UTF8.GetByteCount(text) + 1;
        }
        // SAFETY: one block, pointers first, zeroed; every string goes within the bytes counted for all of them above.
        unsafe
        {
            byte* block = (byte*)NativeMemory.AllocZeroed((nuint)(pointerBytes + textBytes));
            byte* next = block + pointerBytes;
            byte* end = next + textBytes;
            for (int index = 0; index < strings.Count; index++)
            {
                ((byte**)block)[index] = next;
                next += Encoding.UTF8.GetBytes(strings[index], new Span<byte>(next, (int)(end - next))) + 1;
            }
            Pointers = (nint)block;
        }
    }

    /// <summary>A byte** as a number.</summary>
    internal nint Pointers { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        // SAFETY: allocated by the constructor; freed once, as free(NULL) does nothing.
        unsafe
        {
            NativeMemory.Free((void*)Pointers);
        }
        Pointers = 0;
    }

    /// <summary>One string with its final zero.</summary>
    internal static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}
