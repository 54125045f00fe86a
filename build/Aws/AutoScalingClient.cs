using System.Globalization;
using System.Xml.Linq;

namespace VectorDb.Build.Aws;

/// <summary>A launch template and a literal version of it; never <c>$Latest</c>, which cannot be rolled back.</summary>
internal sealed record LaunchTemplateVersion(string TemplateId, string Version);

/// <param name="Lifecycle"><c>Pending:Wait</c>, <c>InService</c>, <c>Terminating</c>, ...</param>
/// <param name="Health"><c>Healthy</c> or <c>Unhealthy</c>.</param>
internal sealed record GroupInstance(string Id, string Lifecycle, string Health, LaunchTemplateVersion? Template);

internal sealed record AutoScalingGroup(
    string Name, int Min, int Max, int Desired, LaunchTemplateVersion? Template, IReadOnlyList<GroupInstance> Instances);

/// <param name="Status"><c>Pending</c>, <c>InProgress</c>, <c>Baking</c>, <c>Successful</c>, <c>Failed</c>, <c>Cancelling</c>, <c>Cancelled</c>,
/// <c>RollbackInProgress</c>, <c>RollbackFailed</c> or <c>RollbackSuccessful</c>.</param>
/// <param name="Percentage">Of the instances, 0 to 100.</param>
internal sealed record InstanceRefresh(
    string Id, string Status, string? Reason, int Percentage, LaunchTemplateVersion? Template)
{
    public bool HasEnded => Status is "Successful" or "Failed" or "Cancelled" or "RollbackFailed" or "RollbackSuccessful";
}

/// <param name="Status"><c>InProgress</c>, <c>Successful</c>, <c>Failed</c>, <c>Cancelled</c>, ...</param>
/// <param name="Message">Why it stands so; null where AWS says nothing.</param>
internal sealed record ScalingActivity(string Id, string Status, string Description, string? Message);

/// <summary>How an instance refresh goes about it; null leaves AWS's default.</summary>
/// <param name="MinHealthyPercentage">Of the desired capacity; 100 never takes healthy capacity away first.</param>
/// <param name="MaxHealthyPercentage">How far above the desired capacity it may go, at most <paramref name="MinHealthyPercentage"/> + 100.</param>
/// <param name="CheckpointPercentages">Ascending; it pauses at each for <paramref name="CheckpointDelay"/>.</param>
internal sealed record RefreshPreferences(
    int MinHealthyPercentage,
    int MaxHealthyPercentage,
    bool SkipMatching,
    TimeSpan? InstanceWarmup,
    TimeSpan? BakeTime,
    IReadOnlyList<int>? CheckpointPercentages,
    TimeSpan? CheckpointDelay,
    IReadOnlyList<string>? Alarms);

/// <summary>Auto Scaling groups and their instance refreshes.</summary>
internal sealed class AutoScalingClient(AwsQueryProtocol protocol) : IDisposable
{
    /// <returns>Null when there is no such group.</returns>
    public async Task<AutoScalingGroup?> FindGroupAsync(string name, CancellationToken cancellationToken)
    {
        var form = QueryForm.Empty.With("AutoScalingGroupNames", [name]);
        var groups = await protocol.CallAllAsync("DescribeAutoScalingGroups", form, static page => page.Members("AutoScalingGroups"), cancellationToken);
        return groups.Select(ToGroup).FirstOrDefault();
    }

    public Task ResizeAsync(string group, int min, int max, int desired, CancellationToken cancellationToken) =>
        protocol.CallAsync(
            "UpdateAutoScalingGroup",
            QueryForm.Empty.With("AutoScalingGroupName", group).With("MinSize", min).With("MaxSize", max).With("DesiredCapacity", desired),
            cancellationToken);

    /// <summary>Names the template that new instances start from, without touching those that run.</summary>
    public Task SetTemplateAsync(string group, LaunchTemplateVersion template, CancellationToken cancellationToken) =>
        protocol.CallAsync(
            "UpdateAutoScalingGroup",
            WithTemplate(QueryForm.Empty.With("AutoScalingGroupName", group), "LaunchTemplate", template),
            cancellationToken);

    /// <summary>https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html</summary>
    /// <returns>Id of the refresh.</returns>
    /// <exception cref="AwsException"><c>InstanceRefreshInProgress</c> when another one runs.</exception>
    public async Task<string> StartRefreshAsync(
        string group, LaunchTemplateVersion template, RefreshPreferences preferences, CancellationToken cancellationToken)
    {
        var form = WithTemplate(QueryForm.Empty.With("AutoScalingGroupName", group), "DesiredConfiguration.LaunchTemplate", template)
            .With("Strategy", "Rolling")
            .With("Preferences.MinHealthyPercentage", preferences.MinHealthyPercentage)
            .With("Preferences.MaxHealthyPercentage", preferences.MaxHealthyPercentage)
            .With("Preferences.SkipMatching", preferences.SkipMatching)
            .With("Preferences.InstanceWarmup", Seconds(preferences.InstanceWarmup))
            .With("Preferences.BakeTime", Seconds(preferences.BakeTime))
            .With("Preferences.CheckpointPercentages", preferences.CheckpointPercentages?.Select(static percent => percent.ToString(CultureInfo.InvariantCulture)))
            .With("Preferences.CheckpointDelay", Seconds(preferences.CheckpointDelay))
            .With("Preferences.AlarmSpecification.Alarms", preferences.Alarms);
        return (await protocol.CallAsync("StartInstanceRefresh", form, cancellationToken)).Text("InstanceRefreshId");
    }

    /// <returns>Newest first.</returns>
    public Task<IReadOnlyList<InstanceRefresh>> RefreshesAsync(string group, CancellationToken cancellationToken) =>
        protocol.CallAllAsync(
            "DescribeInstanceRefreshes",
            QueryForm.Empty.With("AutoScalingGroupName", group),
            static page => page.Members("InstanceRefreshes").Select(ToRefresh),
            cancellationToken);

    /// <returns>Null when there is no such refresh (yet).</returns>
    public async Task<InstanceRefresh?> FindRefreshAsync(string group, string id, CancellationToken cancellationToken)
    {
        var form = QueryForm.Empty.With("AutoScalingGroupName", group).With("InstanceRefreshIds", [id]);
        return (await protocol.CallAsync("DescribeInstanceRefreshes", form, cancellationToken)).Members("InstanceRefreshes").Select(ToRefresh).FirstOrDefault();
    }

    /// <summary>
    /// Stops it where it is, once the instances that it is launching have come up or given up. Nothing happens when none runs.
    /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
    /// </summary>
    public async Task CancelRefreshAsync(string group, CancellationToken cancellationToken)
    {
        try
        {
            await protocol.CallAsync("CancelInstanceRefresh", QueryForm.Empty.With("AutoScalingGroupName", group), cancellationToken);
        }
        catch (AwsException error) when (error.Code is "ActiveInstanceRefreshNotFound" or "ActiveInstanceRefreshNotFoundFault")
        {
        }
    }

    /// <summary>
    /// Gives a launch up that waits for its boot script. Nothing happens when it waits no longer.
    /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
    /// </summary>
    public async Task AbandonLaunchAsync(string group, string hook, string instance, CancellationToken cancellationToken)
    {
        try
        {
            await protocol.CallAsync(
                "CompleteLifecycleAction",
                QueryForm.Empty.With("AutoScalingGroupName", group).With("LifecycleHookName", hook).With("InstanceId", instance).With("LifecycleActionResult", "ABANDON"),
                cancellationToken);
        }
        catch (AwsException error) when (error.Code == "ValidationError")
        {
        }
    }

    /// <returns>What the group did of late and why, newest first.</returns>
    public async Task<IReadOnlyList<ScalingActivity>> ActivitiesAsync(string group, int limit, CancellationToken cancellationToken)
    {
        var form = QueryForm.Empty.With("AutoScalingGroupName", group).With("MaxRecords", limit);
        var page = await protocol.CallAsync("DescribeScalingActivities", form, cancellationToken);
        return [.. page.Members("Activities").Select(static activity => new ScalingActivity(
            activity.Text("ActivityId"), activity.Text("StatusCode"), activity.Text("Description"), activity.Element("StatusMessage")?.Value))];
    }

    public void Dispose() => protocol.Dispose();

    private static QueryForm WithTemplate(QueryForm form, string prefix, LaunchTemplateVersion template) =>
        form.With($"{prefix}.LaunchTemplateId", template.TemplateId).With($"{prefix}.Version", template.Version);

    private static int? Seconds(TimeSpan? span) => span is null ? null : (int)span.Value.TotalSeconds;

    private static AutoScalingGroup ToGroup(XElement group) => new(
        group.Text("AutoScalingGroupName"),
        group.Number("MinSize"),
        group.Number("MaxSize"),
        group.Number("DesiredCapacity"),
        ToTemplate(group.Element("LaunchTemplate")),
        [.. group.Members("Instances").Select(static instance => new GroupInstance(
            instance.Text("InstanceId"),
            instance.Text("LifecycleState"),
            instance.Text("HealthStatus"),
            ToTemplate(instance.Element("LaunchTemplate"))))]);

    private static InstanceRefresh ToRefresh(XElement refresh) => new(
        refresh.Text("InstanceRefreshId"),
        refresh.Text("Status"),
        refresh.Element("StatusReason")?.Value,
        refresh.Element("PercentageComplete") is null ? 0 : refresh.Number("PercentageComplete"),
        ToTemplate(refresh.Element("DesiredConfiguration")?.Element("LaunchTemplate")));

    private static LaunchTemplateVersion? ToTemplate(XElement? template) =>
        template?.Element("LaunchTemplateId") is null ? null : new LaunchTemplateVersion(template.Text("LaunchTemplateId"), template.Text("Version"));
}
