using Thaw.Uapi;

bool checkOnly = args.Contains("--check");
string root = UapiGenerator.FindRepositoryRoot(Directory.GetCurrentDirectory());
string folder = UapiGenerator.OutputFolder(root);
Directory.CreateDirectory(folder);
int stale = 0;
foreach ((string name, string text) in UapiGenerator.Generate(root))
{
    string path = Path.Combine(folder, name);
    if (File.Exists(path) && File.ReadAllText(path) == text)
    {
        continue;
    }

    stale++;
    Console.WriteLine($"{(checkOnly ? "stale" : "wrote")} {name}");
    if (!checkOnly)
    {
        File.WriteAllText(path, text);
    }
}

return checkOnly && stale > 0 ? 1 : 0;
