using System.Text.Json;
using System.Xml.Linq;
using VectorDb.Build.Environments.Rehearsal;

namespace VectorDb.Build.Tests.Emulator;

/// <summary>Speaks to an emulated AWS as any client does: over the wire.</summary>
internal sealed class AwsWire(EmulatedAws aws) : IDisposable
{
    private static readonly XNamespace NoNamespace = "";

    private readonly HttpClient _http = new();

    public Task<JsonElement> ControlAsync(HttpMethod method, string path, object? body = null) =>
        aws.ControlAsync(method, path, body, TestContext.Current.CancellationToken);

    /// <summary>A call of the Query protocol.</summary>
    /// <returns>The answer without namespaces; an error has its code in <c>Code</c>.</returns>
    public async Task<XElement> QueryAsync(string service, string action, params (string Name, string Value)[] parameters)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, aws.Endpoint)
        {
            Content = new FormUrlEncodedContent([new("Action", action), new("Version", VersionOf(service)), .. parameters.Select(each => KeyValuePair.Create(each.Name, each.Value))]),
        };
        Sign(request, service);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var document = XElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        foreach (var element in document.DescendantsAndSelf())
        {
            element.Name = NoNamespace + element.Name.LocalName;
            element.RemoveAttributes();
        }

        return document;
    }

    /// <summary>A call of the JSON protocol.</summary>
    public async Task<JsonElement> JsonAsync(string service, string target, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, aws.Endpoint) { Content = new StringContent(JsonSerializer.Serialize(body)) };
        request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", target);
        Sign(request, service);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(text.Length == 0 ? "{}" : text);
    }

    // The emulator looks at who calls which service, and believes it.
    private static void Sign(HttpRequestMessage request, string service) => request.Headers.TryAddWithoutValidation(
        "Authorization", $"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=none");

    private static string VersionOf(string service) => service switch
    {
        "ec2" => "2016-11-15",
        "autoscaling" => "2011-01-01",
        "elasticloadbalancing" => "2015-12-01",
        "monitoring" => "2010-08-01",
        "elasticache" => "2015-02-02",
        "rds" => "2014-10-31",
        "iam" => "2010-05-08",
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "is not spoken to in these tests"),
    };

    public void Dispose() => _http.Dispose();
}
