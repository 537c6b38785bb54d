using System.Text;
using Thaw.Worker.Checks;

namespace Thaw.Worker.Tests.Checks;

public sealed class TextRepeatsTests
{
    private const string Uuid = "0b9e8a52-6f0d-4c1b-9e2a-5b1d7c3f9a10";

    [Theory]
    [InlineData($$"""{"id": "{{Uuid}}"}""", Uuid)]
    [InlineData("""{"x": 0.7364827364518273}""", "0.7364827364518273")]
    [InlineData("""{"token": "q83vEjRWeJq83vA="}""", "q83vEjRWeJq83vA=")]
    [InlineData("""{"n": 83746529}""", "83746529")]
    public void Add_ValueInTwoAnswers_Repeats(string answer, string value)
    {
        TextRepeats repeats = new();

        repeats.Add("a", Outcome(answer));
        repeats.Add("b", Outcome(answer));

        KeyValuePair<string, List<ValuePlace>> found = Assert.Single(repeats.Repeats);
        Assert.Equal(value, found.Key);
        Assert.Equal(["a", "b"], found.Value.Select(place => place.CloneId));
    }

    [Theory]
    [InlineData("""{"message": "internationalisation of hand-written documentation"}""")]
    [InlineData("""{"count": 1234567, "ok": true, "name": "Thaw"}""")]
    public void Add_WordsAndSmallNumbers_DoNotRepeat(string answer)
    {
        TextRepeats repeats = new();

        repeats.Add("a", Outcome(answer));
        repeats.Add("b", Outcome(answer));

        Assert.Empty(repeats.Repeats);
    }

    [Fact]
    public void Add_ValueInAnAnswerAndAnothersLog_Repeats()
    {
        TextRepeats repeats = new();

        repeats.Add("a", Outcome($"\"{Uuid}\""));
        repeats.Add("b", Outcome("null", $"START RequestId: x\nsession {Uuid}\nEND RequestId: x\n"));

        Assert.Equal(["response", "log"], Assert.Single(repeats.Repeats).Value.Select(place => place.Where));
    }

    [Fact]
    public void Add_LinesOfTheWorker_AreNoLogOfTheFunction()
    {
        TextRepeats repeats = new();

        repeats.Add("a", Outcome("1", $"START RequestId: {Uuid}\n"));
        repeats.Add("b", Outcome("1", $"START RequestId: {Uuid}\n"));

        Assert.Empty(repeats.Repeats);
    }

    [Fact]
    public void RemoveKnown_PartOfTheEvent_IsForgotten()
    {
        TextRepeats repeats = new();
        repeats.Add("a", Outcome($"\"{Uuid}\""));
        repeats.Add("b", Outcome($"\"{Uuid}\""));

        repeats.RemoveKnown(Encoding.UTF8.GetBytes($$"""{"order": "{{Uuid}}"}"""));

        Assert.Empty(repeats.Repeats);
    }

    [Fact]
    public void FormsOf_Tokens_AreWhatAProgramHasBeforeItWritesThem()
    {
        byte[] uuid = Convert.FromHexString(Uuid.Replace("-", "", StringComparison.Ordinal));
        Assert.Contains(TextTokens.FormsOf(Uuid), form => form.AsSpan().SequenceEqual(uuid));
        Assert.Contains(
            TextTokens.FormsOf("0.7364827364518273"),
            form => form.AsSpan().SequenceEqual(BitConverter.GetBytes(0.7364827364518273)));
        Assert.Contains(
            TextTokens.FormsOf("q83vEjRWeJq83vA="),
            form => form.AsSpan().SequenceEqual(Convert.FromBase64String("q83vEjRWeJq83vA=")));
    }

    private static InvokeOutcome Outcome(string answer, string log = "") => new()
    {
        Payload = Encoding.UTF8.GetBytes(answer),
        LogTail = Encoding.UTF8.GetBytes(log),
        StartKind = StartKind.Restore,
        MicrovmId = "m",
        ReadyAfter = TimeSpan.Zero,
        AnswerAfter = TimeSpan.Zero,
    };
}
