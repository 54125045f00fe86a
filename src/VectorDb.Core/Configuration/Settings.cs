using VectorDb.Core.Collections;
using static VectorDb.Core.Configuration.SettingKinds;

namespace VectorDb.Core.Configuration;

/// <summary>The catalogue: every setting of the application's processes, and nothing that is not here can be set.</summary>
public static class Settings
{
    public const string LocalEnvironment = "local";

    public static readonly Setting<string> Environment = Text("ENVIRONMENT", LocalEnvironment, "Name of the environment the process runs in.");
    public static readonly Setting<string> Release = Text("RELEASE", "dev", "Id of the release; health reports it.");
    public static readonly Setting<string?> Commit = Optional("COMMIT", "Commit the release was built from; health reports it.");
    public static readonly Setting<string?> ImageDigest = Optional("IMAGE_DIGEST", "Digest of the image the process runs in; health reports it.");
    public static readonly Setting<string?> Instance = Optional("INSTANCE", "Machine that the process runs on; health reports it.");
    public static readonly Setting<string?> SecretsDirectory = Optional("SECRETS_DIRECTORY", "Folder with one file a setting, named like it. Environment variables win over it.", allowed: "a folder that exists");
    public static readonly Setting<string> Data = Folder("DATA", "data", "Folder of the embedded store, the task ledger, files and keys.");
    public static readonly Setting<bool> Supervised = Switch("SUPERVISED", false, "Shut down gracefully when standard input ends, so that nothing outlives its supervisor.");
    public static readonly Setting<string> TrustedProxies = Text("TRUSTED_PROXIES", "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16", "Networks whose X-Forwarded-For is believed, comma separated.");

    public static readonly Setting<StoreKind> Store = Choice("STORE", StoreKind.Embedded, "Where collections and records live.");
    public static readonly Setting<string?> Postgres = Optional("POSTGRES", "Connection string of PostgreSQL with pgvector.", secret: true);
    public static readonly Setting<TasksKind> Tasks = Choice("TASKS", TasksKind.Sqlite, "Where the ledger of tasks and chunks lives.");
    public static readonly Setting<string?> TasksTable = Optional("TASKS_TABLE", "DynamoDB table of the ledger.");
    public static readonly Setting<FilesKind> Files = Choice("FILES", FilesKind.Folder, "Where uploaded files and error files live.");
    public static readonly Setting<string?> FilesBucket = Optional("FILES_BUCKET", "S3 bucket of the files.");
    public static readonly Setting<Uri?> AwsEndpoint = Url("AWS_ENDPOINT", "An emulator in place of AWS.");

    public static readonly Setting<string?> Redis = Optional("REDIS", "Queue and shared limits; without it tasks wait in the ledger.", allowed: "host:port");
    public static readonly Setting<string?> RedisPassword = Optional("REDIS_PASSWORD", "Password of the queue.", secret: true);
    public static readonly Setting<bool> RedisTls = Switch("REDIS_TLS", false, "Speak TLS to the queue.");
    public static readonly Setting<string?> RedisAuthority = Optional("REDIS_CA", "Certificate authority to trust for it, beside the system's.", allowed: "a PEM file");

    public static readonly Setting<EmbedderKind> Embedder = Choice("EMBEDDER", EmbedderKind.Hashing, "What turns text into vectors.");
    public static readonly Setting<long> EmbedderDimension = Number("EMBEDDER_DIMENSION", 384, 1, CollectionRules.MaximumDimension, "Length of the embedder's vectors, OpenAI's too.");
    public static readonly Setting<string?> OpenAiApiKey = Optional("OPENAI_API_KEY", "Key of the embeddings service.", secret: true);
    public static readonly Setting<Uri?> OpenAiBaseUrl = Url("OPENAI_BASE_URL", "Any address that speaks the OpenAI API; OpenAI's own when not set.");
    public static readonly Setting<string> OpenAiModel = Text("OPENAI_MODEL", "text-embedding-3-small", "Embedding model.");
    public static readonly Setting<long> OpenAiRequestsPerSecond = Number("OPENAI_REQUESTS_PER_SECOND", 5, 1, 1_000, "Embedding requests a second of all workers together.");
    public static readonly Setting<long> OpenAiTokensPerMinute = Number("OPENAI_TOKENS_PER_MINUTE", 5_000_000, 1_000, 1_000_000_000, "Tokens a minute of all workers together.");

    public static readonly Setting<long> WorkerSoftLimit = Number("WORKER_SOFT_LIMIT", 1740, 1, 86_400, "Seconds after which a job books what is done and queues the rest; also --soft-time-limit.");
    public static readonly Setting<long> WorkerHardLimit = Number("WORKER_HARD_LIMIT", 1800, 1, 86_400, "Seconds after which a job is failed and retried; also --time-limit.");
    public static readonly Setting<long> WorkerConcurrency = Number("WORKER_CONCURRENCY", 6, 1, 64, "Jobs that one worker runs at a time.");
    public static readonly Setting<long> WorkerLease = Number("WORKER_LEASE", 30, 1, 600, "Seconds without a sign of life after which another worker takes a job over.");
    public static readonly Setting<long> TaskRetentionDays = Number("TASK_RETENTION_DAYS", 30, 1, 3_650, "Days that ended tasks, their errors and their files are kept.");

    public static readonly Setting<string?> MetricsFile = Optional("METRICS_FILE", "File that the worker adds a line of metrics to every minute, in CloudWatch's embedded metric format; none when not set.", allowed: "a file in a folder that exists");

    public static readonly Setting<AuthKind> Auth = Choice("AUTH", AuthKind.Off, "Whether callers need an API key; may be off only where VECTORDB_ENVIRONMENT is local.");
    public static readonly Setting<string?> ApiKeys = Optional("API_KEYS", "API keys by hash, one `<id> <scope> <sha256> <name>` a line; CreateApiKey adds one.", secret: true, allowed: "lines of `<id> <scope> <sha256> <name>`");
    public static readonly Setting<KeysKind> Keys = Choice("KEYS", KeysKind.Folder, "Where the Data Protection keys shared by all hosts are kept.");

    public static readonly Setting<long> BodyBytes = Number("LIMIT_BODY_BYTES", 64 * 1024 * 1024, 1024, 1L << 31, "Largest JSON body.");
    public static readonly Setting<long> UploadBytes = Number("LIMIT_UPLOAD_BYTES", 5L * 1024 * 1024 * 1024, 1024, 1L << 42, "Largest uploaded file, as sent.");
    public static readonly Setting<long> BatchRecords = Number("LIMIT_BATCH_RECORDS", 1000, 1, 100_000, "Most records in one upsert.");
    public static readonly Setting<long> RequestsPerSecond = Number("LIMIT_REQUESTS_PER_SECOND", 10_000, 1, 1_000_000, "Requests a second of one API key, or of one address when there is none.");
    public static readonly Setting<long> RequestBurst = Number("LIMIT_REQUEST_BURST", 20_000, 1, 1_000_000, "Requests of one caller that may come at once.");
    public static readonly Setting<long> RequestSeconds = Number("LIMIT_REQUEST_SECONDS", 30, 1, 3600, "Seconds one request may take; uploads and the download of errors have their own, an upsert also the time that the largest body takes at 512 KiB a second.");
    public static readonly Setting<long> UploadSeconds = Number("LIMIT_UPLOAD_SECONDS", 1800, 1, 86_400, "Seconds one upload, or the download of a task's errors, may take.");

    /// <summary>In the order of the documentation.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Environment, Release, Commit, ImageDigest, Instance, SecretsDirectory, Data, Supervised, TrustedProxies,
        Store, Postgres, Tasks, TasksTable, Files, FilesBucket, AwsEndpoint, Redis, RedisPassword, RedisTls, RedisAuthority,
        Embedder, EmbedderDimension, OpenAiApiKey, OpenAiBaseUrl, OpenAiModel, OpenAiRequestsPerSecond, OpenAiTokensPerMinute,
        WorkerSoftLimit, WorkerHardLimit, WorkerConcurrency, WorkerLease, TaskRetentionDays, MetricsFile, Auth, ApiKeys, Keys,
        BodyBytes, UploadBytes, BatchRecords, RequestsPerSecond, RequestBurst, RequestSeconds, UploadSeconds,
    ];
}
