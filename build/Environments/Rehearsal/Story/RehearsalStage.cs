using VectorDb.Build.Compilation;
using VectorDb.Build.Environments.Rehearsal.Site;
using VectorDb.Build.Infrastructure;
using VectorDb.Build.Processes;
using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments.Rehearsal.Story;

/// <summary>A site that is open, and a build that takes it for AWS. Everything is gone when it is disposed of.</summary>
internal sealed class RehearsalStage : IAsyncDisposable
{
    /// <summary>Any literal id will do: what boots is the site's own image.</summary>
    private const string MachineImage = "ami-0123456789abcdef0";

    private const double TimeScale = 60;

    private RehearsalStage(RehearsalSite site, RehearsalFiles pinned, ChildBuild build) => (Site, Pinned, Build) = (site, pinned, build);

    public RehearsalSite Site { get; }

    public RehearsalFiles Pinned { get; }

    public ChildBuild Build { get; }

    /// <summary>What this machine cannot run.</summary>
    public IReadOnlyList<MissingPart> Missing => [.. Site.Missing, .. Pinned.Missing is { } compose ? [compose] : Array.Empty<MissingPart>()];

    /// <summary>Where a rehearsal leaves what it printed and found.</summary>
    public static string FolderOf(Workspace workspace) => Path.Combine(workspace.Artifacts, "rehearsal");

    public static async Task<RehearsalStage> OpenAsync(
        CommandRunner commands, Workspace workspace, SiteOptions? options, StepJournal journal, TimeProvider time, CancellationToken cancellation)
    {
        var folder = FolderOf(workspace);
        Empty(folder);
        var site = await RehearsalSite.StartAsync(commands, workspace.Root, options ?? new SiteOptions(TimeScale), time, cancellation);
        try
        {
            var pinned = await RehearsalFiles.GatherAsync(commands, Path.Combine(folder, "pinned"), site.CaFile, cancellation);
            var stage = new RehearsalStage(site, pinned, new ChildBuild(commands, workspace.Root, VariablesOf(site, pinned), Path.Combine(folder, "logs"), journal));
            stage.Missing.ToList().ForEach(missing => journal.Say($"without {missing}"));
            return stage;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public static SiteOptions WithoutDocker { get; } = new(TimeScale) { WithoutDocker = true };

    public ValueTask DisposeAsync() => Site.DisposeAsync();

    /// <summary>The environment's settings: production's own defaults, but for what names a place, and for what is thrown away.</summary>
    private static Dictionary<string, string?> VariablesOf(RehearsalSite site, RehearsalFiles pinned) => new(site.BuildEnvironment, StringComparer.Ordinal)
    {
        ["VECTORDB_IMAGE_ID"] = MachineImage,
        ["VECTORDB_RUNTIME_IMAGE"] = RehearsedBases.Runtime,
        ["VECTORDB_NGINX_IMAGE"] = RehearsedBases.Nginx,
        // The site's network lies in it, and so the load balancer, whose word the proxies take.
        ["VECTORDB_VPC_CIDR"] = "172.31.0.0/16",
        ["VECTORDB_DEPLOYER_PRINCIPALS"] = $"arn:aws:iam::{EmulatedAws.Account}:user/{RehearsalCaller.Administrator.Name}",
        ["VECTORDB_COMPOSE_SHA256"] = pinned.ComposeSha256,
        ["VECTORDB_ALARM_EMAILS"] = "operator@example.org",
        ["VECTORDB_EMBEDDER"] = "hashing",
        ["VECTORDB_DELETION_PROTECTION"] = "false",
        ["VECTORDB_APPROVAL"] = ApprovalRequest.None,
    };

    // A private folder of an earlier rehearsal: its state and plans are of an AWS that is gone.
    private static void Empty(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
    }
}
