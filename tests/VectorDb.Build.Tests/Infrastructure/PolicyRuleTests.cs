using VectorDb.Build.Infrastructure.Policy;

namespace VectorDb.Build.Tests.Infrastructure;

[Trait(Suites.Trait, Suites.Full)]
public sealed class PolicyRuleTests(PolicyPlans plans) : IClassFixture<PolicyPlans>
{
    public static TheoryData<string> RuleIds => [.. PolicyCheck.Rules.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(RuleIds))]
    public void A_rule_rejects_the_plan_that_breaks_it_and_accepts_the_one_that_does_not(string rule)
    {
        var name = rule.Replace('-', '_');

        Assert.Contains(PolicyPlans.Judge(plans.Rejected), finding => finding.Rule == rule && finding.Address.EndsWith($".{name}", StringComparison.Ordinal));
        Assert.DoesNotContain(PolicyPlans.Judge(plans.Accepted), finding => finding.Rule == rule);
        Assert.True(
            plans.Accepted.Resources.Any(resource => resource.Address.EndsWith($".{name}", StringComparison.Ordinal))
            || plans.Accepted.Changes.Any(change => change.Address.EndsWith($".{name}", StringComparison.Ordinal)),
            $"the accepted plan has nothing called {name}");
    }

    [Fact]
    public void Rule_ids_are_unique_and_every_rule_gives_its_reason()
    {
        Assert.Equal(PolicyCheck.Rules.Count, PolicyCheck.Rules.Select(rule => rule.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(PolicyCheck.Rules, rule => Assert.EndsWith(".", rule.Reason, StringComparison.Ordinal));
    }
}
