using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Rehearsal.Story;

namespace VectorDb.Build.Tests.Rehearsal;

public sealed class PermissionCheckTests
{
    private static readonly UnusedPermission[] Reasons = [new(["web", "worker"], ["kms:*", "s3:PutObject"], "asked for by others")];

    private readonly List<string> _said = [];

    [Fact]
    public void What_was_called_and_what_is_explained_passes_and_is_counted() =>
        Assert.Equal(
            "permissions used: web 2 of 4; no action missing, every other one explained",
            Judge(["s3:GetObject", "dynamodb:PutItem", "kms:Decrypt", "s3:PutObject"], Call("s3:GetObject"), Call("dynamodb:PutItem")));

    [Fact]
    public void A_call_that_no_policy_allows_fails_also_as_a_part_of_a_transaction()
    {
        Assert.Throws<RehearsalException>(() => Judge(["dynamodb:PutItem"], Call("dynamodb:PutItem", "dynamodb:DeleteItem")));

        Assert.Equal(["vectordb-rehearsal-web called dynamodb:DeleteItem, which no policy of it allows"], _said);
    }

    [Fact]
    public void A_permission_that_nothing_used_and_nobody_explains_fails()
    {
        Assert.Throws<RehearsalException>(() => Judge(["s3:GetObject", "s3:PutObjectAcl"], Call("s3:GetObject")));

        Assert.StartsWith("vectordb-rehearsal-web may s3:PutObjectAcl, which nothing used", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_for_one_role_is_none_for_another()
    {
        Assert.Throws<RehearsalException>(() => new PermissionCheck(Reasons, _said.Add).Judge(
            new Dictionary<string, IReadOnlySet<string>> { ["vectordb-rehearsal-deployer"] = new HashSet<string> { "kms:Decrypt" } }, []));
    }

    private static RecordedCall Call(params string[] permissions) => new("any", "Any", permissions, "vectordb-rehearsal-web", 200, 1);

    private string Judge(string[] allowed, params RecordedCall[] calls) =>
        new PermissionCheck(Reasons, _said.Add).Judge(new Dictionary<string, IReadOnlySet<string>> { ["vectordb-rehearsal-web"] = allowed.ToHashSet() }, calls);
}
