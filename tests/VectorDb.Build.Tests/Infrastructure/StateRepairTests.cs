using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>What a cut-off apply leaves to a person, with the real Terraform.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class StateRepairTests : IDisposable
{
    private const string Failure = """

        Error: creating EC2 Subnet: operation error EC2: CreateSubnet, api error InvalidSubnet.Range: The CIDR is invalid

          with module.network.aws_subnet.private["b"],
          on modules/network/main.tf line 20, in resource "aws_subnet" "private":

        Error: creating SSM Parameter (/vectordb/a/url): operation error SSM: PutParameter, ParameterAlreadyExists: The parameter already exists.

          with module.references.aws_ssm_parameter.this["service/url"],
          on modules/settings/main.tf line 1, in resource "aws_ssm_parameter" "this":

        Error: creating VPC Security Group Rule

          with aws_vpc_security_group_egress_rule.web,
          on instances.tf line 24, in resource "aws_vpc_security_group_egress_rule" "web":

        operation error EC2: AuthorizeSecurityGroupEgress, api error InvalidPermission.Duplicate: The specified rule exists
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _commands = new(TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_exists_without_the_state_knowing_it_comes_with_the_command_that_takes_it_over()
    {
        var root = new TerraformRoot("/repository/terraform", "/state");

        var lines = new StateRepair(root).TakeOver(Failure);

        Assert.Equal(2, lines.Count);
        Assert.EndsWith(
            """TF_DATA_DIR=/state/data terraform -chdir=/repository/terraform import -var-file=/state/variables.tfvars.json 'module.references.aws_ssm_parameter.this["service/url"]' <id>""",
            lines[0], StringComparison.Ordinal);
        Assert.StartsWith("aws_vpc_security_group_egress_rule.web exists", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_holds_data_and_was_interrupted_in_the_making_is_kept_by_the_command_that_the_refusal_names()
    {
        RequiredTool.Find("terraform");
        Directory.CreateDirectory(_folder.File("root"));
        await File.WriteAllTextAsync(_folder.File("root", "main.tf"), """resource "terraform_data" "table" {}""", Token);
        await File.WriteAllTextAsync(_folder.File("waivers.json"), "[]", Token);
        var root = new TerraformRoot(_folder.File("root"), _folder.File("work"));
        var terraform = new Terraform(_commands, root);
        await terraform.InitializeAsync(withState: false, Token);
        var change = new InfrastructureChange(terraform, _folder.File("waivers.json"), TimeProvider.System);
        await change.ApplyAsync(await change.PlanAsync(new Dictionary<string, string>(), destroy: false, Token), static _ => { }, Token);
        await RunAsync(terraform.Repair.Keep("terraform_data.table").Replace("untaint", "taint", StringComparison.Ordinal));

        var tainted = await change.PlanAsync(new Dictionary<string, string>(), destroy: false, Token);
        Assert.True(Assert.Single(tainted.Plan.Changes).IsTainted);
        await RunAsync(terraform.Repair.Keep("terraform_data.table"));

        Assert.False((await change.PlanAsync(new Dictionary<string, string>(), destroy: false, Token)).Saved.HasChanges);
    }

    private Task RunAsync(string line) => _commands.RunAsync(new Command("sh", "-c", line), Token);
}
