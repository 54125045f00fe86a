using VectorDb.Build.Infrastructure.Policy;

namespace VectorDb.Build.Tests.Infrastructure;

public sealed class WaiverTests
{
    private const string Destroyed = """{"address":"aws_s3_bucket.old","mode":"managed","type":"aws_s3_bucket","change":{"actions":["delete"],"before":{},"after":null}}""";

    private static readonly DateOnly Today = new(2026, 11, 24);

    [Fact]
    public void A_waiver_covers_one_rule_of_one_resource_until_its_last_day()
    {
        var plan = PlanTests.Plan(Destroyed);

        Assert.Equal("stateful-destroyed", Assert.Single(PolicyCheck.Judge(plan, [], Today)).Rule);
        Assert.Empty(PolicyCheck.Judge(plan, [new Waiver("stateful-destroyed", "aws_s3_bucket.old", "moved", Today)], Today));
        Assert.Single(PolicyCheck.Judge(plan, [new Waiver("stateful-destroyed", "aws_s3_bucket.other", "moved", Today)], Today), finding => finding.Rule == "stateful-destroyed");
    }

    [Fact]
    public void An_expired_waiver_covers_nothing_and_is_a_finding_itself()
    {
        var findings = PolicyCheck.Judge(PlanTests.Plan(Destroyed), [new Waiver("stateful-destroyed", "aws_s3_bucket.old", "moved", Today.AddDays(-1))], Today);

        Assert.Equal(["stateful-destroyed", "waiver-expired"], findings.Select(finding => finding.Rule));
    }

    [Fact]
    public void A_waiver_of_a_rule_that_does_not_exist_is_a_finding() =>
        Assert.Equal("waiver-unknown", Assert.Single(PolicyCheck.Judge(PlanTests.Plan(), [new Waiver("open-prot", "aws_lb.this", "typed", Today)], Today)).Rule);

    [Theory]
    [InlineData("""[{"rule":"open-port","resource":"aws_lb.this","expires":"2026-12-31"}]""")]
    [InlineData("""[{"rule":"open-port","resource":"aws_lb.this","reason":" ","expires":"2026-12-31"}]""")]
    [InlineData("""[{"rule":"open-port","resource":"aws_lb.this","reason":"known"}]""")]
    [InlineData("""[{"rule":"open-port","resource":"aws_lb.this","reason":"known","expires":"2026-12-31","forever":true}]""")]
    public void A_waiver_without_reason_or_end_is_refused_with_the_file_that_holds_it(string json)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("waivers.json");
        File.WriteAllText(file, json);

        Assert.Contains(file, Assert.Throws<InvalidDataException>(() => Waiver.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_committed_waivers_can_be_read() =>
        Assert.NotNull(Waiver.Read(Path.Combine(Repository.Root, "terraform", "policy-waivers.json")));
}
