using VectorDb.Core.Embeddings.OpenAi;

namespace VectorDb.Core.Configuration;

/// <summary>What one setting demands of another.</summary>
internal static class SettingRules
{
    public static IEnumerable<string> Broken(ApplicationSettings settings)
    {
        if (settings.Get(Settings.Auth) == AuthKind.Off && !settings.IsLocal)
        {
            yield return $"{Settings.Auth.Name} is off, which only {Settings.Environment.Name}=local allows "
                + $"(it is '{settings.Get(Settings.Environment)}'); set {Settings.Auth.Name}=apikey.";
        }

        if (settings.Get(Settings.WorkerSoftLimit) >= settings.Get(Settings.WorkerHardLimit))
        {
            yield return $"{Settings.WorkerSoftLimit.Name} is {settings.Get(Settings.WorkerSoftLimit)}; it takes fewer seconds than "
                + $"{Settings.WorkerHardLimit.Name} ({settings.Get(Settings.WorkerHardLimit)}).";
        }

        if (settings.Get(Settings.Embedder) == EmbedderKind.OpenAi && ModelLengths.Fault(settings.Get(Settings.OpenAiModel), settings.Get(Settings.EmbedderDimension)) is { } fault)
        {
            yield return $"{Settings.EmbedderDimension.Name} is {settings.Get(Settings.EmbedderDimension)}, but "
                + $"{Settings.OpenAiModel.Name}={settings.Get(Settings.OpenAiModel)} {fault}.";
        }

        foreach (var problem in (string?[])
        [
            Missing(settings, settings.Get(Settings.Store) == StoreKind.Postgres, Settings.Postgres, Settings.Store, "postgres"),
            Missing(settings, settings.Get(Settings.Tasks) == TasksKind.DynamoDb, Settings.TasksTable, Settings.Tasks, "dynamodb"),
            Missing(settings, settings.Get(Settings.Files) == FilesKind.S3, Settings.FilesBucket, Settings.Files, "s3"),
            Missing(settings, settings.Get(Settings.Embedder) == EmbedderKind.OpenAi, Settings.OpenAiApiKey, Settings.Embedder, "openai"),
            Missing(settings, settings.Get(Settings.Keys) == KeysKind.Redis, Settings.Redis, Settings.Keys, "redis"),
        ])
        {
            if (problem is not null)
            {
                yield return problem;
            }
        }

        if (settings.Get(Settings.SecretsDirectory) is { } folder && !Directory.Exists(folder))
        {
            yield return $"{Settings.SecretsDirectory.Name} is '{folder}'; it takes {Settings.SecretsDirectory.Allowed}.";
        }
    }

    private static string? Missing(ApplicationSettings settings, bool needed, Setting<string?> setting, Setting because, string choice) =>
        needed && settings.Get(setting) is null
            ? $"{setting.Name} is not set, but {because.Name}={choice} needs it; it takes {setting.Allowed}{Place(settings, setting)}."
            : null;

    private static string Place(ApplicationSettings settings, Setting setting) =>
        setting.Secret && settings.Get(Settings.SecretsDirectory) is { } folder ? $", in the file {Path.Combine(folder, setting.Name)}" : "";
}
