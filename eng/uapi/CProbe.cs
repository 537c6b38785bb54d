using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Thaw.Uapi;

/// <summary>Asks the C compiler for values, sizes and offsets by compiling and running a small program.</summary>
public sealed class CProbe
{
    private readonly string _overlayPath;

    /// <summary>A probe that includes <paramref name="overlayPath"/> after each list's headers.</summary>
    public CProbe(string overlayPath) => _overlayPath = overlayPath;

    /// <summary>Answers of the compiler for one allow-list.</summary>
    public ProbeResult Run(AllowList list)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("thaw-uapi-");
        try
        {
            string source = Path.Combine(work.FullName, "probe.c");
            string program = Path.Combine(work.FullName, "probe");
            File.WriteAllText(source, Source(list));
            Execute("cc", ["-std=gnu11", "-Wall", "-Werror", "-o", program, source]);
            return Parse(Execute(program, []));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private string Source(AllowList list)
    {
        StringBuilder c = new();
        c.AppendLine("#include <stddef.h>").AppendLine("#include <stdio.h>");
        foreach (string include in list.Includes)
        {
            c.AppendLine($"#include <{include}>");
        }

        c.AppendLine($"#include \"{_overlayPath}\"");
        c.AppendLine("#define NEGATIVE(x) _Generic((x), int: (long long)(x) < 0, long: (long long)(x) < 0, " +
            "long long: (long long)(x) < 0, default: 0)");
        c.AppendLine("#define SIGNED(x) _Generic((x), signed char: 1, char: 1, short: 1, int: 1, long: 1, " +
            "long long: 1, default: 0)");
        c.AppendLine("int main(void) {");
        foreach (string name in list.Constants)
        {
            c.AppendLine($"printf(\"c {name} %d %llu\\n\", NEGATIVE({name}), (unsigned long long)({name}));");
        }

        foreach (UapiStruct type in list.Structs)
        {
            c.AppendLine($"printf(\"s {type.Name} %zu\\n\", sizeof(struct {type.Name}));");
            foreach (UapiField field in type.Fields)
            {
                AppendField(c, type, field);
            }
        }

        return c.AppendLine("return 0; }").ToString();
    }

    private static void AppendField(StringBuilder c, UapiStruct type, UapiField field)
    {
        string member = $"((struct {type.Name} *)0)->{field.Path}";
        string element = member + field.ElementSuffix;

        // A nested struct has no sign; only scalars are asked.
        string sign = field.TypeOverride.Length > 0 ? "0" : $"SIGNED({element})";
        c.AppendLine($"printf(\"f {type.Name} {field.Path} %zu %zu %zu %d\\n\", " +
            $"offsetof(struct {type.Name}, {field.Path}), sizeof({element}), sizeof({member}), {sign});");
    }

    private static ProbeResult Parse(string output)
    {
        ProbeResult result = new();
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] w = line.Split(' ');
            switch (w[0])
            {
                case "c":
                    result.Constants[w[1]] = (w[2] == "1", ulong.Parse(w[3], CultureInfo.InvariantCulture));
                    break;
                case "s":
                    result.Sizes[w[1]] = Number(w[2]);
                    break;
                default:
                    result.Fields[(w[1], w[2])] = new FieldLayout(
                        Offset: Number(w[3]), ElementSize: Number(w[4]), Size: Number(w[5]), Signed: w[6] == "1");
                    break;
            }
        }

        return result;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Execute(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)
            ?? throw new InvalidOperationException($"Could not start {program}.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors.Result}");
        }

        return output;
    }
}
