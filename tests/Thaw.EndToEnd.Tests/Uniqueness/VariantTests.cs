using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>A version with two snapshots: what clones of one share, those of the other do not.</summary>
public sealed class VariantTests(ThawFixture thaw)
{
    private const string Name = "variants";
    private const string Header = "X-Thaw-Variant";
    private const int Variants = 2;
    private const int ClonesOfEach = 2;

    /// <summary>A fair draw leaves one of two variants out for so long once in a billion runs.</summary>
    private const int StartsMax = 36;

    [Fact]
    public async Task Clones_OfOneVariantShareWhatItsProcessDrew_ThoseOfAnotherDoNot()
    {
        string version = await PublishAsync();
        List<InvokeResult> answers = [];
        do
        {
            answers.Add((await thaw.Functions.InvokeAsync(Name, version, new JsonObject(), fresh: true)).Succeeded());
            Assert.True(answers.Count <= StartsMax, "One of two variants was hardly ever picked.");
        }
        while (answers.CountBy(answer => answer.Headers[Header]).Count(variant => variant.Value >= ClonesOfEach)
            < Variants);

        Assert.All((string[])["hash", "layout", "canary"], drawn =>
        {
            ILookup<string, string> values = answers.ToLookup(
                answer => answer.Headers[Header], answer => answer.Json[drawn]!.ToString());
            Assert.Equal(["1", "2"], values.Select(variant => variant.Key).Order());
            Assert.All(values, variant => Assert.Single(variant.Distinct()));
            Assert.Equal(Variants, values.Select(variant => variant.First()).Distinct().Count());
        });
        Assert.Equal(answers.Count, answers.Select(answer => answer.Json["clone"]!.ToString()).Distinct().Count());
        Dictionary<string, JsonObject> records = await thaw.Functions.RecordsAsync(Name);
        Assert.All(answers, answer => Assert.Equal(
            answer.Headers[Header], records[answer.RequestId]["variant"]!.ToString()));
    }

    private async Task<string> PublishAsync()
    {
        await thaw.ServeAsync();
        await thaw.Functions.CreateAsync(Name, "variants.py");
        using HttpResponseMessage answer = await thaw.Service.Http.PostAsJsonAsync(
            $"/2015-03-31/functions/{Name}/versions", new JsonObject { ["Variants"] = Variants });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        string version = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["Version"]!.GetValue<string>();
        JsonObject made = await thaw.Functions.UntilPublishedAsync(Name, version);
        Assert.True(made["State"]!.GetValue<string>() == "Active", made.ToJsonString());
        Assert.Equal(Variants, made["SnapStart"]!["Variants"]!.GetValue<int>());
        return version;
    }
}
