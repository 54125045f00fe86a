using System.Xml;
using System.Xml.Linq;

namespace VectorDb.Build.Aws;

/// <summary>The Query protocol: a form of flat names in, XML out.</summary>
/// <param name="transport">Signs, sends and retries.</param>
/// <param name="endpoint">Address of the service.</param>
/// <param name="version">API version of the service, e.g. <c>2011-01-01</c>.</param>
internal sealed class AwsQueryProtocol(AwsTransport transport, Uri endpoint, string version) : IDisposable
{
    /// <returns>The <c>&lt;ActionResult&gt;</c> element without namespaces, or an empty one where the action returns nothing.</returns>
    /// <exception cref="AwsException">The service refused.</exception>
    public Task<XElement> CallAsync(string action, QueryForm form, CancellationToken cancellationToken) =>
        transport.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, endpoint)
            {
                Content = new FormUrlEncodedContent(
                    [new("Action", action), new("Version", version), .. form.Fields]),
            },
            (response, body) => response.IsSuccessStatusCode
                ? WithoutNamespaces(XElement.Parse(body)).Element($"{action}Result") ?? new XElement($"{action}Result")
                : throw ErrorOf(action, response, body),
            cancellationToken);

    /// <summary>Follows <c>NextToken</c> to the last page.</summary>
    /// <returns>The items of every page.</returns>
    public async Task<IReadOnlyList<T>> CallAllAsync<T>(
        string action, QueryForm form, Func<XElement, IEnumerable<T>> items, CancellationToken cancellationToken)
    {
        List<T> all = [];
        string? token = null;
        do
        {
            var page = await CallAsync(action, form.With("NextToken", token), cancellationToken);
            all.AddRange(items(page));
            token = page.Element("NextToken")?.Value;
        }
        while (!string.IsNullOrEmpty(token));
        return all;
    }

    public void Dispose() => transport.Dispose();

    private AwsException ErrorOf(string action, HttpResponseMessage response, string body)
    {
        try
        {
            var error = WithoutNamespaces(XElement.Parse(body)).DescendantsAndSelf("Error").FirstOrDefault();
            return new AwsException(
                transport.Service, action, error?.Element("Code")?.Value ?? "Unknown", error?.Element("Message")?.Value ?? body, response.StatusCode);
        }
        catch (XmlException)
        {
            return new AwsException(transport.Service, action, response.StatusCode.ToString(), body, response.StatusCode);
        }
    }

    private static XElement WithoutNamespaces(XElement element) =>
        new(element.Name.LocalName, element.Nodes().Select(static node => node is XElement child ? WithoutNamespaces(child) : node));
}
