using System.Globalization;
using System.Text.RegularExpressions;
using Amazon;

namespace VectorDb.Build.Environments.Settings;

/// <summary>Every setting of an environment, in the order of the template. What is not here cannot be set.</summary>
internal static partial class SettingsCatalogue
{
    public const string Prefix = "VECTORDB_";

    /// <summary>What the services take when nothing is set.</summary>
    internal const int DefaultTaskRetentionDays = 30;

    private const string Partition = "aws";

    public static readonly EnvironmentSetting Region = Text("REGION", "AWS region, of the partition aws.") with { Required = true, Form = (RegionName(), "the name of a region, for example eu-central-1"), Objection = OtherPartition, Variable = "region", FoundationVariable = "region" };
    public static readonly EnvironmentSetting Account = Text("ACCOUNT", "AWS account, 12 digits; a release refuses to touch another.") with { Required = true, Form = (AccountId(), "12 digits") };
    public static readonly EnvironmentSetting Registry = Text("REGISTRY", "Host of an emulator's image registry; with AWS it is the account's own, which environments of one account share.");
    public static readonly EnvironmentSetting StateBucket = Text("STATE_BUCKET", "Bucket of the Terraform state; named after environment and account when not set.");
    public static readonly EnvironmentSetting AwsEndpoint = Text("AWS_ENDPOINT", "An emulator in place of AWS.") with { Kind = SettingKind.Address, Form = (WebAddress(), "an address, for example http://127.0.0.1:5000, without a user") };
    public static readonly EnvironmentSetting Approval =
        Text("APPROVAL", "Who says yes to a plan: required asks at the terminal or for --approve; none asks only where data would be lost or the network taken away.", "required") with { Allowed = ["required", "none"] };
    public static readonly EnvironmentSetting PromotionRoles =
        List("PROMOTION_ROLES", "Roles that read what other environments have proved, of which releases are promoted to this one: arn:aws:iam::<account>:role/vectordb-<environment>-reader each. Without them Promote reads as whoever runs it.", null, null) with { FoundationVariable = "promotion_roles" };
    public static readonly EnvironmentSetting ManageGithubProvider =
        Flag("MANAGE_GITHUB_PROVIDER", "An account holds one OIDC provider for GitHub: false where it is there already.", "true", null) with { FoundationVariable = "manage_github_provider" };
    public static readonly EnvironmentSetting ManageRegistry =
        Flag("MANAGE_REGISTRY", "The image repositories are this environment's: false where another one of the account made them.", "true", null) with { FoundationVariable = "manage_registry" };
    public static readonly EnvironmentSetting DomainName = Text("DOMAIN_NAME", "Name of the service, for example api.example.org.") with { Required = true, Variable = "domain_name" };
    public static readonly EnvironmentSetting VpcCidr = Text("VPC_CIDR", "Addresses of the VPC; the proxy takes the load balancer's word from here only.", "10.40.0.0/16") with { Variable = "vpc_cidr" };
    public static readonly EnvironmentSetting ComposeVersion = Text("COMPOSE_VERSION", "Version of the pinned Compose plugin.", "2.39.4");
    public static readonly EnvironmentSetting ComposeSha256 = Text("COMPOSE_SHA256", "SHA-256 of the plugin's program (linux-x86_64), as its release page gives it; Bootstrap puts the file into the release bucket.") with { Required = true };
    public static readonly EnvironmentSetting CaBundleSha256 = Text("CA_BUNDLE_SHA256", "SHA-256 of the certificate authorities that containers trust beside the system's: RDS's own (global-bundle.pem of truststore.pki.rds.amazonaws.com); Bootstrap puts the file into the release bucket.") with { Required = true };
    public static readonly EnvironmentSetting WebMinimum = Whole("WEB_MINIMUM", "Web instances at least.", "2", "web.minimum");
    public static readonly EnvironmentSetting WebMaximum = Whole("WEB_MAXIMUM", "Web instances at most.", "6", "web.maximum");
    public static readonly EnvironmentSetting WorkerMinimum = Whole("WORKER_MINIMUM", "Worker instances at least.", "1", "worker.minimum");
    public static readonly EnvironmentSetting WorkerMaximum = Whole("WORKER_MAXIMUM", "Worker instances at most.", "4", "worker.maximum");
    public static readonly EnvironmentSetting RuntimeImage = Text("RUNTIME_IMAGE", "Base of the service images, by its digest so that a patched one is taken; the Dockerfiles' own when not set.");
    public static readonly EnvironmentSetting NginxImage = Text("NGINX_IMAGE", "Base of the proxy's image, by its digest so that a patched one is taken; the Dockerfile's own when not set.");
    public static readonly EnvironmentSetting ScanThreshold = Text("SCAN_THRESHOLD", "Mildest finding of the registry's scan that stops a release: CRITICAL, HIGH, MEDIUM or LOW; NONE asks for no scan.", "HIGH") with { Allowed = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "NONE"] };
    public static readonly EnvironmentSetting CanarySeconds = Seconds("CANARY_SECONDS", "How long the first instance of a release is watched before the others follow.", "120");
    public static readonly EnvironmentSetting BakeSeconds = Seconds("BAKE_SECONDS", "How long all instances of a release are watched before it counts as rolled out.", "300");
    public static readonly EnvironmentSetting RollbackBudgetSeconds = Seconds("ROLLBACK_BUDGET_SECONDS", "How long a rollback may take; what it took is printed beside it.", "600");
    public static readonly EnvironmentSetting HostedZoneId = Text("HOSTED_ZONE_ID", "Route 53 zone of the domain; without it a certificate must be given.") with { Variable = "hosted_zone_id", FoundationVariable = "hosted_zone_id" };
    public static readonly EnvironmentSetting CertificateArn = Text("CERTIFICATE_ARN", "A certificate the account holds already; without it ACM issues one through the zone.") with { Variable = "certificate_arn" };
    public static readonly EnvironmentSetting UploadDays =
        Whole("UPLOAD_DAYS", $"Days that an uploaded file is kept for a retry: more than VECTORDB_TASK_RETENTION_DAYS, which is {DefaultTaskRetentionDays}.", "31", "upload_days");
    public static readonly EnvironmentSetting TaskRetentionDays = Service("TASK_RETENTION_DAYS", "Days that ended tasks are kept: fewer than VECTORDB_UPLOAD_DAYS.");
    public static readonly EnvironmentSetting DeletionProtection =
        Flag("DELETION_PROTECTION", "Protects what holds data against deletion; false only where the environment is thrown away.", "true", "deletion_protection") with { FoundationVariable = "deletion_protection" };
    public static readonly EnvironmentSetting Embedder = Service("EMBEDDER", "What turns text into vectors: openai or hashing.", "openai") with { Allowed = ["openai", "hashing"] };

    public static IReadOnlyList<SettingsGroup> Groups { get; } =
    [
        new("Where", [Region, Account, Registry, StateBucket, AwsEndpoint, Approval]),
        new("Access",
        [
            List("DEPLOYER_PRINCIPALS", "ARNs of the people's roles that may take the roles of a release: deployer, planner, publisher.", null, null) with { FoundationVariable = "deployer_principals" },
            List("GITHUB_SUBJECTS", "Exact subjects of the GitHub jobs that may deploy, for example repo:owner/name:environment:production.", null, null) with { FoundationVariable = "github_subjects" },
            List("GITHUB_PLAN_SUBJECTS", "Exact subjects of the GitHub jobs that may only plan.", null, null) with { FoundationVariable = "github_plan_subjects" },
            List("GITHUB_PUBLISH_SUBJECTS", "Exact subjects of the GitHub jobs that may only push images.", null, null) with { FoundationVariable = "github_publish_subjects" },
            PromotionRoles,
            List("PROMOTION_READERS", "ARNs of the roles that may read what this environment has proved: deployer and planner of the one that its releases are promoted to.", null, null) with { FoundationVariable = "promotion_readers" },
            ManageGithubProvider,
            ManageRegistry,
        ]),
        new("Address",
        [
            DomainName,
            HostedZoneId,
            CertificateArn,
            Flag("FIREWALL", "AWS WAF in front of the load balancer.", "true", "firewall"),
        ]),
        new("Network",
        [
            VpcCidr,
            Whole("ZONE_COUNT", "Availability zones, 2 or 3.", "2", "zone_count"),
            Text("NAT", "per_zone survives a zone's outage; single is cheaper.", "per_zone") with { Variable = "nat" },
            List("CLIENT_CIDRS", "Addresses that may call the service.", "0.0.0.0/0", "client_cidrs"),
        ]),
        new("Instances",
        [
            Text("IMAGE_ID", "Amazon Linux 2023 machine image, a literal id: an alias could boot another image on a rollback.") with { Required = true, Variable = "image_id" },
            ComposeVersion,
            ComposeSha256,
            CaBundleSha256,
            Text("WEB_INSTANCE_TYPE", "Type of the web instances.", "t3.large") with { Variable = "web.instance_type" },
            WebMinimum,
            WebMaximum,
            Number("WEB_CPU_TARGET", "Average CPU that scaling holds, in per cent.", "55", "web.cpu_target"),
            Whole("WEB_REQUESTS_PER_INSTANCE", "Requests a minute and instance that scaling holds.", "1000", "web.requests_per_instance"),
            Text("WORKER_INSTANCE_TYPE", "Type of the worker instances.", "t3.large") with { Variable = "worker.instance_type" },
            WorkerMinimum,
            WorkerMaximum,
            Whole("WORKER_BACKLOG_PER_INSTANCE", "Waiting chunks an instance that scaling holds.", "20", "worker.backlog_per_instance"),
        ]),
        new("Data",
        [
            Text("CACHE_NODE_TYPE", "Type of the queue's nodes.", "cache.t4g.small") with { Variable = "cache.node_type" },
            Whole("CACHE_NODES", "Nodes of the queue, 2 to 6.", "2", "cache.nodes"),
            Text("DATABASE_VERSION", "Aurora PostgreSQL that a new database is made with: 17, the minor version that AWS recommends, or one that it still makes, 17.x.", "17") with { Form = (AuroraVersion(), "17 or 17.x"), Variable = "database.engine_version" },
            Whole("DATABASE_INSTANCES", "Database instances.", "2", "database.instances"),
            Number("DATABASE_MINIMUM_CAPACITY", "Aurora capacity units at least.", "0.5", "database.minimum_capacity"),
            Number("DATABASE_MAXIMUM_CAPACITY", "Aurora capacity units at most.", "8", "database.maximum_capacity"),
            Whole("DATABASE_BACKUP_DAYS", "Days of point-in-time recovery.", "14", "database.backup_days"),
            UploadDays,
            Whole("BACKUP_RETENTION_DAYS", "Days that AWS Backup keeps a daily copy.", "35", "backup_retention_days"),
            DeletionProtection,
        ]),
        new("Watching",
        [
            List("ALARM_EMAILS", "Addresses that alarms and budget are sent to.", null, "alarm_emails"),
            Number("LATENCY_SECONDS", "Budget of 95 of 100 requests.", "1", "latency_seconds"),
            Whole("BACKLOG_ALARM", "Waiting chunks above which somebody looks.", "500", "backlog_alarm"),
            Whole("LOG_RETENTION_DAYS", "Days that logs are kept.", "30", "log_retention_days"),
            Number("MONTHLY_BUDGET_USD", "Expected cost a month; a forecast above it raises an alarm.", "500", "monthly_budget_usd"),
        ]),
        new("Release", [RuntimeImage, NginxImage, ScanThreshold, CanarySeconds, BakeSeconds, RollbackBudgetSeconds]),
        new("Embeddings",
        [
            Embedder,
            Service("EMBEDDER_DIMENSION", "Length of the embedder's vectors, OpenAI's too: 384 when not set."),
            Service("OPENAI_BASE_URL", "Any address that speaks the OpenAI API; OpenAI's own when not set.") with { Kind = SettingKind.Address, Form = (PageAddress(), "an address, for example https://api.example.org/v1, without a user or a password: those would be kept with the release") },
            Service("OPENAI_MODEL", "Embedding model."),
            Service("OPENAI_REQUESTS_PER_SECOND", "Requests a second, shared by all workers."),
            Service("OPENAI_TOKENS_PER_MINUTE", "Tokens a minute, shared by all workers."),
        ]),
        new("Workers",
        [
            Service("WORKER_CONCURRENCY", "Jobs that a worker runs at once."),
            Service("WORKER_LEASE", "Seconds after which the work of a dead worker is taken up again."),
            TaskRetentionDays,
        ]),
        new("Limits of the API",
        [
            Service("LIMIT_BODY_BYTES", "Largest JSON body."),
            Service("LIMIT_UPLOAD_BYTES", "Largest uploaded file."),
            Service("LIMIT_BATCH_RECORDS", "Most records in one upsert."),
            Service("LIMIT_REQUESTS_PER_SECOND", "Requests a second of one API key."),
            Service("LIMIT_REQUEST_BURST", "Requests of one key that may come at once."),
            Service("LIMIT_REQUEST_SECONDS", "Seconds that one request may take."),
            Service("LIMIT_UPLOAD_SECONDS", "Seconds that one upload may take."),
        ]),
    ];

    public static IReadOnlyList<EnvironmentSetting> All { get; } = [.. Groups.SelectMany(group => group.Settings)];

    /// <summary>Those that the files of a release name: another value is another release.</summary>
    public static IReadOnlyList<EnvironmentSetting> InFiles { get; } =
        [Region, Account, Registry, AwsEndpoint, VpcCidr, ComposeVersion, ComposeSha256, CaBundleSha256];

    /// <summary>Why the settings, each of which can be taken, cannot be taken together.</summary>
    public static IEnumerable<string> Contradictions(EnvironmentSettings settings)
    {
        // What is no number is refused by whoever reads it.
        var tasks = DefaultTaskRetentionDays;
        var known = settings[TaskRetentionDays] is not { } days || int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out tasks);
        var uploads = settings.Whole(UploadDays);
        if (known && uploads <= tasks)
        {
            yield return $"{UploadDays.Name} is {uploads} ({settings.SourceOf(UploadDays)}) and {TaskRetentionDays.Name} is {tasks} ({settings.SourceOf(TaskRetentionDays) ?? "default"}): "
                + $"tasks would offer a retry of files that are gone. Set {UploadDays.Name} to {tasks + 1} or more, or {TaskRetentionDays.Name} to less.";
        }
    }

    private static string? OtherPartition(string region) => RegionEndpoint.GetBySystemName(region).PartitionName is var partition && partition != Partition
        ? $"takes a region of the partition {Partition}, the only one that is supported: {partition} has other ARNs, services and addresses"
        : null;

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RegionName();

    [GeneratedRegex(@"\A[0-9]{12}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AccountId();

    [GeneratedRegex(@"\A17(\.[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AuroraVersion();

    [GeneratedRegex(@"\Ahttps?://[^\s/?#@\\]+/?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex WebAddress();

    [GeneratedRegex(@"\Ahttps?://[^\s/?#@\\]+(/\S*)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PageAddress();

    private static EnvironmentSetting Text(string name, string description, string? value = null) => new(Prefix + name, description, SettingKind.Text, value);

    private static EnvironmentSetting Number(string name, string description, string value, string variable) =>
        new(Prefix + name, description, SettingKind.Number, value) { Variable = variable };

    private static EnvironmentSetting Whole(string name, string description, string value, string variable) =>
        new(Prefix + name, description, SettingKind.Whole, value) { Variable = variable };

    private static EnvironmentSetting Seconds(string name, string description, string value) => new(Prefix + name, description, SettingKind.Number, value);

    private static EnvironmentSetting Flag(string name, string description, string value, string? variable) =>
        new(Prefix + name, description, SettingKind.Boolean, value) { Variable = variable };

    private static EnvironmentSetting List(string name, string description, string? value, string? variable) =>
        new(Prefix + name, description, SettingKind.List, value) { Variable = variable };

    private static EnvironmentSetting Service(string name, string description, string? value = null) => Text(name, description, value) with { IsOfServices = true };
}

internal sealed record SettingsGroup(string Name, IReadOnlyList<EnvironmentSetting> Settings);
