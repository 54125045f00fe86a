using VectorDb.Build.Environments.Settings;

namespace VectorDb.Build.Environments.Aws;

/// <summary>The instances of one profile: an Auto Scaling group.</summary>
/// <param name="Profile"><c>web</c> or <c>worker</c>.</param>
/// <param name="Group">Name of the group.</param>
/// <param name="IsBalanced">Whether the load balancer sends to it, and so knows its health.</param>
internal sealed record Fleet(string Profile, string Group, int Minimum, int Maximum, bool IsBalanced)
{
    /// <summary>Web and worker move together or not at all.</summary>
    public static IReadOnlyList<Fleet> Of(AwsAccount account) =>
    [
        new(AwsNames.Web, AwsNames.Group(account.Environment, AwsNames.Web),
            account.Settings.Whole(SettingsCatalogue.WebMinimum), account.Settings.Whole(SettingsCatalogue.WebMaximum), IsBalanced: true),
        new(AwsNames.Worker, AwsNames.Group(account.Environment, AwsNames.Worker),
            account.Settings.Whole(SettingsCatalogue.WorkerMinimum), account.Settings.Whole(SettingsCatalogue.WorkerMaximum), IsBalanced: false),
    ];
}
