using Microsoft.AspNetCore.Antiforgery;
using VectorDb.Core.Configuration;

namespace VectorDb.Dashboard.Layout;

/// <summary>Makes the frame of a page for one request.</summary>
internal sealed class Frames(ApplicationSettings settings, Assets assets, IAntiforgery antiforgery)
{
    public Frame For(HttpContext context)
    {
        var user = context.User.Identity;
        return new Frame(
            Routes.Root(context),
            IsOpen: settings.Get(Settings.Auth) == AuthKind.Off,
            user is { IsAuthenticated: true } ? user.Name : null,
            antiforgery.GetAndStoreTokens(context).RequestToken!,
            settings.Get(Settings.Release),
            assets.Versioned("dashboard.css"),
            assets.Versioned("dashboard.js"));
    }
}
