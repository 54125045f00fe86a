using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace VectorDb.Api.Tests;

/// <summary>Whatever is sent, the answer is never "our fault".</summary>
public sealed class AnyJsonTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly string[] Names =
        ["name", "dimension", "metric", "records", "id", "text", "vector", "metadata", "filter", "must", "should", "mustNot", "key", "match", "gte", "topK", "exact", "minScore", "includeVectors"];

    private static readonly (HttpMethod Method, string Path)[] Calls =
    [
        (HttpMethod.Post, "/api/v1/collections"),
        (HttpMethod.Put, "/api/v1/collections/{c}/records"),
        (HttpMethod.Post, "/api/v1/collections/{c}/records/delete"),
        (HttpMethod.Post, "/api/v1/collections/{c}/search"),
        (HttpMethod.Post, "/api/v1/collections/{c}/uploads"),
    ];

    private static readonly CompositeFormat[] Places =
    [
        .. new[]
        {
            "/api/v1/collections/{1}",
            "/api/v1/collections?limit={1}",
            "/api/v1/collections?cursor={1}",
            "/api/v1/collections/{0}/records/{1}",
            "/api/v1/collections/{0}/records?cursor={1}",
            "/api/v1/collections/{0}/records?filter={1}",
            "/api/v1/tasks/{1}",
            "/api/v1/tasks/{1}/errors",
            "/api/v1/tasks?cursor={1}",
            "/api/v1/tasks?collection={1}",
        }.Select(CompositeFormat.Parse),
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("", "a", "cosine", "lang.de", "../x", "\0", "\ud800", "ü😀", "NaN", new string('x', 300)), ArbMap.Default.GeneratorFor<string>().Select(static text => text ?? ""));

    private static readonly Gen<string> Numbers = Gen.Elements("0", "-0", "1", "3", "-1", "1e999", "1e-400", "2147483648", "1.5", "123456789012345678901234567890", "0.1", "1E+2");

    [Property(MaxTest = 100)]
    public Property Any_JSON_body_at_any_call_is_answered_with_less_than_500() => Prop.ForAll(Arb.From(Json(4)), body => Calls.All(call =>
        Status(call.Method, call.Path.Replace("{c}", Collection.Value, StringComparison.Ordinal), body) < 500));

    [Property(MaxTest = 150)]
    public bool Any_bytes_sent_as_JSON_are_answered_with_less_than_500(byte[] bytes) =>
        Status(HttpMethod.Put, $"/api/v1/collections/{Collection.Value}/records", bytes) < 500;

    [Property(MaxTest = 100)]
    public Property Any_text_in_a_path_or_query_is_answered_with_less_than_500() => Prop.ForAll(Arb.From(Texts), text => Places.All(place =>
        Status(HttpMethod.Get, string.Format(null, place, Collection.Value, Escape(text)), []) < 500));

    [Theory]
    [InlineData("""{"filter":{"must":[{"key":"a","match":1}]},"x":{"a":1,"a":2}}""")]
    [InlineData("""{"filter":{"must":[{"key":"a","match":1}],"x":{"a":1,"a":2}}}""")]
    [InlineData("""{"filter":{"must":[{"key":"a","match":1,"match":2}]}}""")]
    [InlineData("""{"filter":{"must":[],"must":[{"key":"a","match":1}]}}""")]
    [InlineData("""{"x":[{"a":{"b":1,"b":2}}]}""")]
    public void A_name_that_comes_twice_in_one_object_is_answered_with_less_than_500(string body) =>
        Assert.All(Calls, call => Status(call.Method, call.Path.Replace("{c}", Collection.Value, StringComparison.Ordinal), body));

    /// <summary>What was once answered with 500.</summary>
    [Property(Replay = "3891864597834358979,7243544533474340361,61", MaxTest = 1)]
    public Property What_was_found_once_stays_answered_with_less_than_500() => Any_JSON_body_at_any_call_is_answered_with_less_than_500();

    private Lazy<string> Collection => field ??= new Lazy<string>(() => api.CollectionAsync(3).GetAwaiter().GetResult());

    private int Status(HttpMethod method, string path, string body) => Status(method, path, Encoding.UTF8.GetBytes(body));

    private int Status(HttpMethod method, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        using var response = api.Http.Send(request, TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode < 500, $"{method} {path} answered {response.StatusCode} to {Encoding.UTF8.GetString(body)}");
        return (int)response.StatusCode;
    }

    private static Gen<string> Json(int depth)
    {
        var leaf = Gen.OneOf(Numbers, Gen.Elements("true", "false", "null"), Texts.Select(Quote));
        if (depth == 0)
        {
            return leaf;
        }

        var array = Json(depth - 1).ListOf().Select(static items => $"[{string.Join(',', items.Take(5))}]");
        var property = Gen.OneOf(Gen.Elements(Names), Texts).SelectMany(name => Json(depth - 1).Select(value => $"{Quote(name)}:{value}"));
        var members = property.ListOf().Select(static properties => $"{{{string.Join(',', properties.Take(5))}}}");
        return Gen.OneOf(members, members, array, leaf);
    }

    private static string Escape(string text) =>
        string.Concat(Encoding.UTF8.GetBytes(text).Select(static b => char.IsAsciiLetterOrDigit((char)b) ? ((char)b).ToString() : $"%{b:X2}"));

    private static string Quote(string text) =>
        "\"" + string.Concat(text.Select(static c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : $"\\u{(int)c:x4}")) + "\"";
}
