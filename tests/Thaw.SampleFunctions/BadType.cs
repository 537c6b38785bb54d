namespace Thaw.SampleFunctions;

/// <summary>Fails in its static initialiser.</summary>
public static class BadType
{
    private static readonly string s_text = new(' ', -1);

    public static string Handle() => s_text;
}
