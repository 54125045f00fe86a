namespace VectorDb.Dashboard.Tests;

/// <summary>Sends a page's form as a browser would.</summary>
internal static partial class Forms
{
    public static async Task<HttpResponseMessage> SubmitAsync(
        this HttpClient client, string page, string action, params (string Name, string Value)[] fields)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var html = await client.GetStringAsync(page, cancellation);
        var token = Token().Match(html).Groups["value"].Value;
        Assert.NotEmpty(token);
        var content = new FormUrlEncodedContent([
            new("__RequestVerificationToken", token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await client.PostAsync(action, content, cancellation);
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
