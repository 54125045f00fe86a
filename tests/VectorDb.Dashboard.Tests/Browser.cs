using Microsoft.Playwright;

namespace VectorDb.Dashboard.Tests;

/// <summary>Headless Chromium with one page, which notes everything the browser complains about.</summary>
internal sealed class Browser : IAsyncDisposable
{
    /// <summary>Milliseconds that a machine with other work to do may need for what takes none.</summary>
    private const float Limit = 60_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (_playwright, _browser, Page) = (playwright, browser, page);
        page.Console += (_, message) => Note(message.Type == "error", message.Text);
        page.PageError += (_, error) => Note(true, error);
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts and refusals by the content security policy.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Browser> OpenAsync(ColorScheme scheme = ColorScheme.Light)
    {
        var chromium = RequiredTool.Find("chromium");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox"], Timeout = Limit });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 860 }, ColorScheme = scheme });
        page.SetDefaultTimeout(Limit);
        page.SetDefaultNavigationTimeout(Limit);
        Assertions.SetDefaultExpectTimeout(Limit);
        return new Browser(playwright, browser, page);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }

    private void Note(bool wrong, string text)
    {
        if (wrong)
        {
            Complaints.Add(text);
        }
    }
}
