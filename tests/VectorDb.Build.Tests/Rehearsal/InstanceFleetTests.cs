using VectorDb.Build.Environments.Rehearsal.Fleet;
using VectorDb.Build.Environments.Rehearsal.Story;
using VectorDb.Build.Images;

namespace VectorDb.Build.Tests.Rehearsal;

/// <summary>Instances of emulated groups that boot by the user data of their launch template.</summary>
[Trait(Suites.Trait, Suites.Full)]
[Collection(DockerEngine.Name)]
public sealed class InstanceFleetTests(FleetSite site) : IClassFixture<FleetSite>
{
    [Fact]
    public async Task A_web_instance_boots_by_its_user_data_comes_into_service_by_its_own_word_and_drains_when_it_is_to_go()
    {
        var group = await FleetGroup.CreateAsync(site, "fleet-web", "web");
        await group.ResizeAsync(1);
        var instance = await group.InstanceAsync(static life => life.InService is not null, "in service");

        using (var http = new HttpClient())
        {
            Assert.Contains(site.Model.Release, await http.GetStringAsync($"http://{await AddressAsync(instance)}/api/v1/health", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(async () => (await group.LogAsync("web-bootstrap", instance.Id)).Contains($"release {site.Model.Release} serves", StringComparison.Ordinal), "its bootstrap log arrives");
        await Eventually.TrueAsync(async () => (await group.LogAsync("api", instance.Id)).Contains("with a password of", StringComparison.Ordinal), "its containers' logs arrive");
        Assert.Superset(
            new HashSet<string>(["s3:GetObject", "ssm:GetParametersByPath", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "ecr:GetAuthorizationToken", "logs:PutLogEvents", "autoscaling:CompleteLifecycleAction"]),
            (await group.CalledAsync()).Keys.ToHashSet());

        await group.ResizeAsync(0);
        var gone = await group.InstanceAsync(static life => life.Gone is not null, "gone");
        Assert.Null(gone.Failure);
        // Its own drain script has let it go, not the end of the hook's patience.
        Assert.Equal(2, (await group.CalledAsync())["autoscaling:CompleteLifecycleAction"]);
    }

    [Fact]
    public async Task What_a_rehearsal_builds_on_says_that_it_is_a_stand_in_and_has_no_name_that_a_release_builds_on()
    {
        Assert.True(await new DockerClient(site.Commands).IsStandInAsync(RehearsedBases.Nginx, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(ImageRecipe.OfRelease(Repository.Root), static recipe => recipe.Base() is RehearsedBases.Runtime or RehearsedBases.Nginx);
    }

    [Fact]
    public async Task A_worker_instance_sends_its_metrics_as_log_lines()
    {
        var group = await FleetGroup.CreateAsync(site, "fleet-worker", "worker");
        await group.ResizeAsync(1);
        await group.InstanceAsync(static life => life.InService is not null, "in service");

        await Eventually.TrueAsync(
            async () => (await site.Aws.QueryAsync("monitoring", "ListMetrics", ("Namespace", "VectorDb"))).Descendants("MetricName").Any(static name => name.Value == "BacklogPerInstance"),
            "its backlog is a metric");
        await Eventually.TrueAsync(
            async () => (await site.Aws.QueryAsync("monitoring", "ListMetrics", ("Namespace", "CWAgent"))).Descendants("MetricName").Select(static name => name.Value).Contains("mem_used_percent"),
            "its memory is a metric");
    }

    [Fact]
    public async Task An_instance_whose_bundle_is_not_the_releases_abandons_its_launch_leaves_its_log_and_holds_nothing_up()
    {
        var group = await FleetGroup.CreateAsync(site, "fleet-broken", "web", bundle: "something else");
        await group.ResizeAsync(1);

        var abandoned = await group.InstanceAsync(static life => life.Leaving is not null, "abandoned");

        Assert.Null(abandoned.InService);
        Assert.Contains("is not the file that release", await group.LogAsync("web-bootstrap", abandoned.Id), StringComparison.Ordinal);
        Assert.Contains("will not serve from", await site.ConsoleAsync(abandoned.Id), StringComparison.Ordinal);
        await group.ResizeAsync(0);
        await group.EmptyAsync();
    }

    private async Task<string> AddressAsync(InstanceLife instance) =>
        (await site.Aws.ControlAsync(HttpMethod.Get, $"instances/{instance.Id}")).GetProperty("privateIp").GetString()!;
}
