using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using VectorDb.Build.Environments.Rehearsal;
using VectorDb.Build.Environments.Rehearsal.Story;
using VectorDb.Build.Infrastructure;

namespace VectorDb.Build.Tests.Infrastructure;

/// <summary>The two roots of an environment called rehearsal, on an emulated AWS that is empty but for the state bucket and a domain.</summary>
internal sealed class RehearsalInfrastructure
{
    private const string Name = "rehearsal";
    private const string Domain = "rehearsal.example.org";

    private RehearsalInfrastructure(TerraformRoot foundation, TerraformRoot service)
    {
        (Foundation, Service) = (foundation, service);
    }

    public TerraformRoot Foundation { get; }

    public TerraformRoot Service { get; }

    /// <param name="aws">The emulator.</param>
    /// <param name="repositoryRoot">Where the Terraform sources are.</param>
    /// <param name="folder">The rehearsal's own; made anew.</param>
    /// <param name="cancellation">Ends the preparation.</param>
    public static async Task<RehearsalInfrastructure> PrepareAsync(
        EmulatedAws aws, string repositoryRoot, string folder, CancellationToken cancellation)
    {
        var bucket = $"vectordb-{Name}-state-{EmulatedAws.Account}";
        var settings = new AmazonS3Config { ServiceURL = aws.Endpoint.AbsoluteUri, AuthenticationRegion = EmulatedAws.Region, ForcePathStyle = true };
        using (var s3 = new AmazonS3Client(new BasicAWSCredentials(Name, Name), settings))
        {
            await StateBucket.EnsureAsync(s3, bucket, cancellation);
        }

        var zone = await aws.ControlAsync(HttpMethod.Post, "hosted-zones", new { name = Domain }, cancellation);
        var (foundation, service) = EmulatedProvider.Override(Path.Combine(repositoryRoot, "terraform"), Path.Combine(folder, "terraform"), aws.Endpoint);
        var script = Path.Combine(folder, "boot.sh");
        await PrivateFolder.WriteAsync(script, "#!/bin/bash\n# A rehearsal of the infrastructure alone starts no instance.\n", cancellation);

        TerraformRoot Root(string name, string directory, JsonObject variables) => new(directory, Path.Combine(folder, name))
        {
            Variables = variables,
            Backend = EmulatedProvider.Backend(bucket, $"{name}.tfstate", aws.Endpoint),
            Mirror = ProviderMirror.Find(Environment.GetEnvironmentVariable),
            Environment = RehearsalCaller.Named(name).Variables,
        };

        return new RehearsalInfrastructure(
            Root("foundation", foundation, new JsonObject
            {
                ["environment"] = Name,
                ["region"] = EmulatedAws.Region,
                ["state_bucket"] = bucket,
                ["hosted_zone_id"] = zone.GetProperty("id").GetString(),
                ["deletion_protection"] = false,
            }),
            Root("service", service, new JsonObject
            {
                ["environment"] = Name,
                ["region"] = EmulatedAws.Region,
                ["deletion_protection"] = false,
                ["domain_name"] = $"api.{Domain}",
                ["hosted_zone_id"] = zone.GetProperty("id").GetString(),
                ["image_id"] = "ami-0123456789abcdef0",
                ["user_data_files"] = new JsonObject { ["web"] = script, ["worker"] = script },
                ["alarm_emails"] = new JsonArray("operator@example.org"),
            }));
    }
}
