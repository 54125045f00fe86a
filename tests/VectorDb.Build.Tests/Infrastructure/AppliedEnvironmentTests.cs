using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Nodes;
using VectorDb.Build.Cost;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Infrastructure.Plans;

namespace VectorDb.Build.Tests.Infrastructure;

[Trait(Suites.Trait, Suites.Full)]
public sealed class AppliedEnvironmentTests(AppliedEnvironment environment) : IClassFixture<AppliedEnvironment>
{
    [Fact]
    public void The_first_plan_makes_everything_breaks_no_rule_and_touches_nothing_that_holds_data()
    {
        var summary = environment.First.Plan.Summary;

        Assert.Empty(environment.First.Findings);
        Assert.True(summary.Create.Count > 140, $"{summary}");
        Assert.Empty(summary.Stateful);
    }

    [Fact]
    public void A_second_plan_changes_nothing()
    {
        Assert.True(environment.Again.Plan.Summary.IsEmpty, Shown(environment.Again.Plan));
        Assert.False(environment.Again.Saved.HasChanges);
        Assert.True(environment.FoundationAgain.Plan.Summary.IsEmpty, Shown(environment.FoundationAgain.Plan));
        Assert.False(environment.FoundationAgain.Saved.HasChanges);
    }

    [Fact]
    public void Minor_versions_that_AWS_has_raised_are_left_alone()
    {
        var resources = environment.Again.Plan.Resources.ToLookup(resource => resource.Type);

        // The state has seen them, and nothing goes back: the second plan changes nothing.
        Assert.Equal(AppliedEnvironment.RaisedDatabase, Assert.Single(resources["aws_rds_cluster"]).Values.GetProperty("engine_version_actual").GetString());
        Assert.Equal(AppliedEnvironment.RaisedCache, Assert.Single(resources["aws_elasticache_replication_group"]).Values.GetProperty("engine_version").GetString());
    }

    [Fact]
    public void Another_boot_script_publishes_template_versions_and_changes_nothing_else()
    {
        Assert.Equal(
            ["module.web.aws_launch_template.this", "module.worker.aws_launch_template.this"],
            environment.WithAnotherScript.Plan.Changes.Select(change => change.Address).Order(StringComparer.Ordinal));
        Assert.All(environment.WithAnotherScript.Plan.Changes, change => Assert.Equal(ChangeAction.Update, change.Action));
        // The group stays where it is until a rollout moves it.
        Assert.Equal(("1", "2"), environment.Versions);
    }

    [Fact]
    public void What_the_environment_costs_by_default_is_what_the_documentation_says()
    {
        var estimate = CostEstimate.Of(
            new CostInputs(EmulatedAws.Region, new Dictionary<string, int> { ["web"] = 2, ["worker"] = 1 }), PriceTable.Read(), environment.FoundationAgain.Plan, environment.Again.Plan);
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cost.md"));
        var rows = estimate.Components.Select(component => FormattableString.Invariant($"| {component.Name} | {component.After:0.00} | {component.Detail} |"))
            .Append(FormattableString.Invariant($"| **together** | **{estimate.After:0.00}** | |"))
            .Concat(estimate.Assumptions.Select(assumption => $"* {assumption}"))
            .ToList();

        Assert.Empty(estimate.Unpriced);
        Assert.True(document.Contains(string.Join('\n', rows.Take(estimate.Components.Count + 1)), StringComparison.Ordinal), $"docs/cost.md does not have:\n{string.Join('\n', rows)}");
        Assert.All(rows, row => Assert.Contains($"{row}\n", document, StringComparison.Ordinal));
    }

    [Fact]
    public void No_secret_is_in_a_state_a_plan_or_an_output()
    {
        // Long enough not to be found by chance.
        Assert.All(environment.SecretValues, value => Assert.True(value.Length >= 8));
        Assert.All(
            environment.Texts,
            text => Assert.All(
                environment.SecretValues,
                value => Assert.False(text.Value.Contains(value, StringComparison.Ordinal), $"a secret is in the {text.Key}")));
    }

    [Fact]
    public void Every_alarm_policy_and_widget_looks_at_a_metric_that_is_published_with_these_dimensions()
    {
        var used = UsedMetric.Of(environment.Again.Plan).ToList();
        var published = UsedMetric.Published();

        Assert.True(used.Count > 40, $"only {used.Count} metrics were found");
        Assert.Empty(used.Where(metric => !published.Contains(metric.Key)).Select(metric => $"{metric.Where}: {metric.Key}"));
    }

    [Fact]
    public void Every_alarm_policy_and_widget_looks_at_something_that_the_environment_has()
    {
        var values = UsedMetric.Values(environment.Again.Plan, "rehearsal");

        Assert.Empty(
            from metric in UsedMetric.Of(environment.Again.Plan)
            from dimension in metric.Dimensions
            where !values[dimension.Key].Contains(dimension.Value, StringComparer.Ordinal)
            select $"{metric.Where}: {metric.Name} of {dimension.Key} {dimension.Value}");
    }

    [Fact]
    public void Every_alarm_is_on_a_dashboard_and_none_on_one_is_missing()
    {
        var resources = environment.Again.Plan.Resources.ToLookup(resource => resource.Type);
        var shown = from dashboard in resources["aws_cloudwatch_dashboard"]
                    from widget in JsonNode.Parse(dashboard.Values.GetProperty("dashboard_body").GetString()!)!["widgets"]!.AsArray()
                    from alarm in widget!["properties"]!["alarms"]?.AsArray() ?? []
                    select alarm!.GetValue<string>().Split(":alarm:")[1];

        Assert.Equal(
            resources["aws_cloudwatch_metric_alarm"].Select(alarm => alarm.Values.GetProperty("alarm_name").GetString()!).Order(StringComparer.Ordinal),
            shown.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_deployer_may_make_every_call_that_the_service_needs_and_a_plan_needs_to_read_only()
    {
        var policies = environment.FoundationAgain.Plan.Resources.Where(resource => resource.Type == "aws_iam_policy" && !resource.Address.EndsWith("boundary", StringComparison.Ordinal)).ToList();
        var allowed = policies.SelectMany(Actions).ToHashSet(StringComparer.Ordinal);
        var reading = policies.Where(policy => policy.Address.EndsWith(".reading", StringComparison.Ordinal)).SelectMany(Actions).ToList();

        Assert.Empty(environment.Permissions["service"].Except(allowed).Order(StringComparer.Ordinal));
        // But for the state's own lock.
        Assert.All(
            reading.Except(["s3:PutObject", "s3:DeleteObject", "kms:Decrypt", "budgets:ViewBudget", "ecr:BatchGetImage", "dynamodb:Query"]),
            action => Assert.Matches(":(Get|Describe|List|Filter)", action));
    }

    [Fact]
    public void The_deployer_may_change_each_thing_of_the_service_under_its_own_name()
    {
        var granted = environment.FoundationAgain.Plan.Resources.Where(resource => resource.Address.Contains("aws_iam_policy.changing[", StringComparison.Ordinal)).SelectMany(Grants).ToList();
        // IAM knows a scaling policy by its group alone.
        var made = environment.Again.Plan.Resources.Where(resource => resource.Type != "aws_autoscaling_policy")
            .Select(resource => resource.Values.TryGetProperty("arn", out var arn) ? arn.GetString() : null).OfType<string>().Distinct(StringComparer.Ordinal).ToList();

        Assert.True(made.Count > 80, $"only {made.Count} things have an ARN");
        Assert.All(made, arn => Assert.Contains(granted, grant => grant.Action.StartsWith($"{arn.Split(':')[2]}:", StringComparison.Ordinal) && grant.Covers(arn)));
    }

    [Fact]
    public void The_boundary_takes_nothing_from_a_role_that_the_service_gives_it()
    {
        var boundary = environment.FoundationAgain.Plan.Resources.Single(resource => resource.Address.EndsWith("aws_iam_policy.boundary", StringComparison.Ordinal));
        var allowed = Grants(boundary).ToList();
        var given = environment.Again.Plan.Resources.Where(resource => resource.Type == "aws_iam_role_policy").SelectMany(Grants).ToList();

        Assert.True(given.Count > 50, $"only {given.Count} permissions were found");
        Assert.All(given, grant => Assert.Contains(allowed, bound => bound.Action == grant.Action && bound.Covers(grant.Resource)));
    }

    [Fact]
    public void The_cache_publishes_to_a_topic_that_is_not_encrypted()
    {
        var cache = environment.Again.Plan.Resources.Single(resource => resource.Type == "aws_elasticache_replication_group");
        var topic = environment.Again.Plan.Resources.Single(resource =>
            resource.Type == "aws_sns_topic" && resource.Values.GetProperty("arn").GetString() == cache.Values.GetProperty("notification_topic_arn").GetString());

        Assert.True(string.IsNullOrEmpty(topic.Values.GetProperty("kms_master_key_id").GetString()));
    }

    [Fact]
    public void A_destroy_leaves_nothing_behind() =>
        // The state's bucket is older than the state.
        Assert.Equal("""{"s3":["vectordb-rehearsal-state-123456789012"]}""", environment.Left.Replace(" ", "", StringComparison.Ordinal));

    [Fact]
    public void The_outputs_tell_the_rollout_all_it_needs()
    {
        var web = environment.Outputs["groups"].GetProperty("web");

        Assert.Equal("vectordb-rehearsal-web", web.GetProperty("name").GetString());
        Assert.Equal((2, 6), (web.GetProperty("minimum").GetInt32(), web.GetProperty("maximum").GetInt32()));
        Assert.Equal("https://api.rehearsal.example.org", environment.Outputs["url"].GetString());
        Assert.Contains("vectordb-rehearsal-unhealthy-hosts", environment.Outputs["rollout_alarms"].EnumerateArray().Select(name => name.GetString()));
    }

    private static IEnumerable<string> Actions(PlannedResource policy) => Grants(policy).Select(static grant => grant.Action);

    private static IEnumerable<Grant> Grants(PlannedResource policy)
    {
        using var document = JsonDocument.Parse(policy.Values.GetProperty("policy").GetString()!);
        return
        [
            .. from statement in document.RootElement.GetProperty("Statement").EnumerateArray()
               from action in Texts(statement.GetProperty("Action"))
               from resource in Texts(statement.GetProperty("Resource"))
               select new Grant(action, resource),
        ];
    }

    private static string[] Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(static item => item.GetString()!)] : [value.GetString()!];

    private static string Shown(Plan plan) => string.Join('\n', plan.Changes.Select(change => $"{change.Action} {change.Address}\n{change.Before}\n{change.After}"));

    private sealed record Grant(string Action, string Resource)
    {
        public bool Covers(string arn) => FileSystemName.MatchesSimpleExpression(Resource, arn, ignoreCase: false);
    }
}
