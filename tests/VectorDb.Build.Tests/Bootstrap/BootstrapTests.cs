using Amazon.S3.Model;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using VectorDb.Build.Releases;
using VectorDb.Build.Tests.Environments;
using VectorDb.Core.Security;

namespace VectorDb.Build.Tests.Bootstrap;

/// <summary>The target on an account that has nothing, with the real Terraform.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class BootstrapTests(AwsBuild build) : IClassFixture<AwsBuild>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_account_gets_all_that_a_deploy_needs_once_and_a_destroy_takes_it_away()
    {
        var refused = await build.RunAsync("Bootstrap");
        Assert.Equal(1, refused.ExitCode);
        var hash = (refused.Output + refused.Error).Split("--approve=")[1].Split('\n')[0].Trim();

        var first = await build.SucceedAsync("Bootstrap", $"--approve={hash}", $"--files={build.Files}");
        Assert.Contains($"Environment {build.Name} is ready in account 123456789012.", first, StringComparison.Ordinal);
        Assert.Matches(@"Foundation: apply\s+\S+ s\s+\d\d to create, 0 to change", first);

        var second = await build.SucceedAsync("Bootstrap");
        Assert.Contains($"Nothing to do: environment {build.Name} is as its settings say.", second, StringComparison.Ordinal);

        await ServicesHaveTheirRolesAsync();
        await PinnedFileIsThereAsync();
        await SmokeKeyIsOneOfTheServicesAsync();
        await TheQueuesPasswordOutlivesItsFirstVersionAsync();

        await ProtectedOrUnconfirmedItStaysAsync();
        await WithOthersOnItItStaysAsync();
        await build.SucceedAsync("Destroy", $"--confirm={build.Name}", "--with-foundation");
        Assert.Equal(
            $$"""{"s3":["{{build.Account.StateBucket}}"]}""",
            (await build.Aws.ControlAsync(HttpMethod.Get, "resources", null, Token)).GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }

    private async Task ProtectedOrUnconfirmedItStaysAsync()
    {
        build.Settings["VECTORDB_DELETION_PROTECTION"] = "true";
        var isProtected = await build.RunAsync("Destroy", $"--confirm={build.Name}", "--with-foundation");
        build.Settings["VECTORDB_DELETION_PROTECTION"] = "false";
        Assert.Equal(1, isProtected.ExitCode);
        Assert.Contains("set VECTORDB_DELETION_PROTECTION=false", isProtected.Output + isProtected.Error, StringComparison.Ordinal);

        var misspelt = await build.RunAsync("Destroy", "--confirm=production", "--with-foundation");
        Assert.Equal(2, misspelt.ExitCode);
        Assert.Contains($"--confirm={build.Name}", misspelt.Output + misspelt.Error, StringComparison.Ordinal);
        Assert.NotNull(await build.Account.Services.SecretsManager.FindAsync($"vectordb/{build.Name}/api-keys", Token));
    }

    private async Task WithOthersOnItItStaysAsync()
    {
        var name = $"/vectordb/{build.Name}-too/foundation/kms-key-arn";
        await build.Account.Systems.PutParameterAsync(new PutParameterRequest { Name = name, Value = "a key", Type = ParameterType.String }, Token);
        var shared = await build.RunAsync("Destroy", $"--confirm={build.Name}", "--with-foundation");
        await build.Account.Systems.DeleteParameterAsync(new DeleteParameterRequest { Name = name }, Token);

        Assert.Equal(1, shared.ExitCode);
        Assert.Contains($"on which others live: {build.Name}-too.", shared.Output + shared.Error, StringComparison.Ordinal);
        Assert.NotNull(await build.Account.Services.SecretsManager.FindAsync($"vectordb/{build.Name}/api-keys", Token));
    }

    private async Task ServicesHaveTheirRolesAsync()
    {
        foreach (var service in new[] { "autoscaling", "backup", "elasticache", "elasticloadbalancing", "rds" })
        {
            Assert.True(await build.Account.Services.Iam.HasServiceLinkedRoleAsync($"{service}.amazonaws.com", Token), service);
        }

        Assert.False(await build.Account.Services.Iam.HasServiceLinkedRoleAsync("ecs.amazonaws.com", Token));
    }

    private async Task PinnedFileIsThereAsync()
    {
        using var plugin = await build.Account.S3.GetObjectAsync(
            new GetObjectRequest { BucketName = build.Account.ReleaseBucket, Key = $"bundles/docker-compose-2.39.4-{ContentHash.OfText("the plugin").Short}" }, Token);
        using var reader = new StreamReader(plugin.ResponseStream);
        Assert.Equal("the plugin", await reader.ReadToEndAsync(Token));
    }

    // Secrets Manager deletes a version that has no stage any more when it likes; the third is in force then.
    private async Task TheQueuesPasswordOutlivesItsFirstVersionAsync()
    {
        var (secrets, name) = (build.Account.Services.SecretsManager, $"vectordb/{build.Name}/redis-password");
        var first = await secrets.ReadAsync(name, Token);
        Assert.Matches("^[A-Za-z0-9]{64}$", first);
        Assert.DoesNotContain(first, build.Printed, StringComparison.Ordinal);

        await build.SucceedAsync("RotateSecret", "--name=redis-password");
        await build.SucceedAsync("RotateSecret", "--name=redis-password");
        var inForce = await secrets.ReadAsync(name, Token);

        Assert.Contains("Nothing to do", await build.SucceedAsync("Bootstrap"), StringComparison.Ordinal);
        Assert.Equal(inForce, await secrets.ReadAsync(name, Token));
    }

    private async Task SmokeKeyIsOneOfTheServicesAsync()
    {
        var secrets = build.Account.Services.SecretsManager;
        var plain = await secrets.ReadAsync($"vectordb/{build.Name}/smoke-api-key", Token);
        var known = ApiKey.ParseLine((await secrets.ReadAsync($"vectordb/{build.Name}/api-keys", Token)).Trim())!;

        Assert.Equal(ApiKey.IdOf(plain), known.Id);
        Assert.True(known.Is(plain));
        Assert.Equal(Scope.Write, known.Scope);
        Assert.DoesNotContain(plain, build.Printed, StringComparison.Ordinal);
    }
}
