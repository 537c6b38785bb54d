namespace Thaw.Uapi;

/// <summary>One header's allow-list: what to ask the C compiler about.</summary>
public sealed class AllowList
{
    private AllowList(string name) => Name = name;

    /// <summary>Name of the header without directory, such as <c>kvm.h</c>.</summary>
    public string Name { get; }

    /// <summary>Headers to include, in order.</summary>
    public List<string> Includes { get; } = [];

    /// <summary>Names of integer constants.</summary>
    public List<string> Constants { get; } = [];

    /// <summary>Structs with the fields to emit.</summary>
    public List<UapiStruct> Structs { get; } = [];

    /// <summary>Reads an allow-list file; its name is the header's name plus <c>.txt</c>.</summary>
    public static AllowList Read(string path)
    {
        AllowList list = new(Path.GetFileNameWithoutExtension(path));
        int lineNumber = 0;
        foreach (string line in File.ReadLines(path))
        {
            lineNumber++;
            string[] words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (!list.TryAdd(words, indented: line[0] == ' '))
            {
                throw new InvalidDataException($"{path}:{lineNumber}: Not understood: {line}");
            }
        }

        return list;
    }

    private bool TryAdd(string[] words, bool indented)
    {
        if (indented)
        {
            Structs.LastOrDefault()?.Fields.AddRange(words.Select(UapiField.Parse));
            return Structs.Count > 0;
        }

        switch (words[0])
        {
            case "include":
                Includes.AddRange(words[1..]);
                return true;
            case "const":
                Constants.AddRange(words[1..]);
                return true;
            case "struct" when words.Length == 2:
                Structs.Add(new UapiStruct(words[1]));
                return true;
            default:
                return false;
        }
    }
}
