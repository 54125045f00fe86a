namespace VectorDb.Build.Tests.UserData;

/// <summary>The rendered user data, executed.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class UserDataTests
{
    private const string Continue = "--lifecycle-action-result CONTINUE";
    private const string Abandon = "--lifecycle-action-result ABANDON";
    private const string ListSettings = "cd /run/vectordb/settings; stat -c '%n %a %u' . *";

    [Theory]
    [InlineData("web")]
    [InlineData("worker")]
    public async Task A_first_start_brings_up_the_release_and_tells_Auto_Scaling(string profile)
    {
        using var instance = new Instance(profile);
        var (exitCode, _) = await instance.StartAsync();
        Assert.True(exitCode == 0, instance.Log);
        Assert.Equal(
            ["dnf -y -q install", "fetch-config", "docker-compose-2.39.4", "bundles/", "append-config", "start vectordb.service",
                "runtime", "compose pull", "compose up --detach --wait", Continue],
            InOrder(instance.Calls, "dnf -y -q install", "fetch-config", "docker-compose-2.39.4", "bundles/", "append-config", "start vectordb.service",
                "runtime", "compose pull", "compose up --detach --wait", Continue));
        Assert.DoesNotContain(instance.Calls, call => call.Contains(Abandon));
    }

    [Fact]
    public async Task Settings_and_secrets_are_files_in_memory_that_only_the_containers_user_can_read()
    {
        using var instance = new Instance("web");
        var (_, listing) = await instance.StartAsync($"{ListSettings}; cat VECTORDB_POSTGRES; stat -f -c %T .");
        Assert.Contains(". 500 1654", listing);
        Assert.Contains("VECTORDB_OPENAI_API_KEY 400 1654", listing);
        Assert.Contains("VECTORDB_API_KEYS 400 1654", listing);
        Assert.Contains("VECTORDB_TASKS_TABLE 400 1654", listing);
        Assert.Contains("VECTORDB_INSTANCE 400 1654", listing);
        Assert.Contains("""Host=db;SSL Mode=VerifyFull;Username="app";Password="a"";b-very-secret" """.TrimEnd(), listing);
        Assert.Contains("tmpfs", listing);
        Assert.DoesNotContain("SECRET_ARN", listing);
        Assert.DoesNotContain("very-secret", instance.UserData + instance.Log + string.Join('\n', instance.Calls));
    }

    [Fact]
    public async Task A_worker_gets_no_secret_of_the_web_instances()
    {
        using var instance = new Instance("worker");
        var (_, listing) = await instance.StartAsync(ListSettings);
        Assert.Contains("VECTORDB_REDIS_PASSWORD", listing);
        Assert.DoesNotContain("VECTORDB_API_KEYS", listing);
    }

    [Fact]
    public async Task Running_a_second_time_succeeds_although_no_launch_waits_any_more()
    {
        using var instance = new Instance("web");
        Assert.Equal(0, (await instance.StartAsync()).ExitCode);
        instance.Behave("no-launch-waits");
        Assert.Equal(0, (await instance.StartAsync(ListSettings)).ExitCode);
        Assert.Single(instance.Calls, call => call.Contains("get-object") && call.Contains("docker-compose-2.39.4"));
        Assert.Contains("no launch was waiting for CONTINUE", instance.Log);
    }

    [Fact]
    public async Task After_a_reboot_the_settings_are_there_before_the_containers_start()
    {
        using var instance = new Instance("worker");
        await instance.StartAsync();
        instance.Put("behaviour/calls.log", "");
        var (exitCode, listing) = await instance.RebootAsync(ListSettings);
        Assert.Equal(0, exitCode);
        Assert.Contains("VECTORDB_REDIS_PASSWORD 400 1654", listing);
        Assert.Equal(["batch-get-secret-value", "compose up"], InOrder(instance.Calls, "batch-get-secret-value", "compose up"));
        Assert.DoesNotContain(instance.Calls, call => call.Contains("lifecycle"));
    }

    [Fact]
    public async Task A_secret_that_was_replaced_reaches_the_folder_that_the_containers_look_into_without_a_restart()
    {
        using var instance = new Instance("web");
        var (exitCode, seen) = await instance.StartAsync("""
            cd /run/vectordb/settings
            folder=$(stat -c %i .); other=$(stat -c %i VECTORDB_OPENAI_API_KEY)
            cat /dev/null >/behaviour/calls.log
            bash /opt/vectordb/current/settings-web.sh
            printf 'redis-after-very-secret' >/behaviour/secrets/vectordb/production/redis-password
            echo '{"Parameters":[{"Name":"/vectordb/production/runtime/files","Value":"s3"}]}' >/behaviour/parameters/vectordb/production/runtime.json
            bash /opt/vectordb/current/settings-web.sh
            cat VECTORDB_REDIS_PASSWORD
            [[ $folder == "$(stat -c %i .)" && $folder == "$(stat -c %i /run/vectordb/settings)" ]] && echo the same folder
            [[ $other == "$(stat -c %i VECTORDB_OPENAI_API_KEY)" ]] && echo the same key
            stat -c '%n %a %u' . *; ls -A /run/vectordb
            """);
        Assert.Equal(0, exitCode);
        Assert.Contains("redis-after-very-secret", seen);
        Assert.Contains("the same folder", seen);
        Assert.Contains("the same key", seen);
        Assert.Contains("VECTORDB_REDIS_PASSWORD 400 1654", seen);
        Assert.Contains("VECTORDB_FILES 400 1654", seen);
        Assert.DoesNotContain("VECTORDB_TASKS_TABLE", seen.Split("the same key")[1]);
        Assert.DoesNotContain(".settings.", seen.Replace(".settings.lock", ""));
        // Once at the start, and once for what was replaced.
        Assert.Equal(2, instance.Log.Split('\n').Where(line => line.Contains("settings taken over:")).Distinct().Count());
        Assert.EndsWith("settings taken over: VECTORDB_FILES VECTORDB_REDIS_PASSWORD", instance.Log.TrimEnd());
        Assert.DoesNotContain("very-secret", instance.Log + string.Join('\n', instance.Calls));
        Assert.DoesNotContain(instance.Calls, call => call.StartsWith("docker ") || call.StartsWith("systemctl restart"));
    }

    [Fact]
    public async Task Secrets_that_cannot_be_read_for_a_while_stay_as_they_are()
    {
        using var instance = new Instance("worker");
        var (_, seen) = await instance.StartAsync("""
            rm /behaviour/secrets/vectordb/production/redis-password
            bash /opt/vectordb/current/settings-worker.sh 2>&1; echo "exit code $?"
            cat /run/vectordb/settings/VECTORDB_REDIS_PASSWORD; ls -A /run/vectordb
            """);
        Assert.Contains("secret vectordb/production/redis-password cannot be read: ResourceNotFoundException there is none\nexit code 1\nredis-very-secret", seen);
        Assert.DoesNotContain(".settings.", seen.Replace(".settings.lock", ""));
    }

    [Fact]
    public async Task A_missing_secret_abandons_the_launch_and_says_which()
    {
        using var instance = new Instance("web");
        instance.Forget("behaviour/secrets/vectordb/production/openai-api-key");
        var (exitCode, listing) = await instance.StartAsync("ls -A /run/vectordb");
        Assert.Equal(1, exitCode);
        Assert.Contains("secret vectordb/production/openai-api-key cannot be read", instance.Log);
        AssertAbandoned(instance);
        Assert.DoesNotContain(instance.Calls, call => call.Contains("compose up"));
        Assert.Equal(".settings.lock", listing.Trim());
    }

    [Fact]
    public async Task A_bundle_with_another_hash_is_never_unpacked()
    {
        using var instance = new Instance("web");
        instance.Put($"behaviour/bucket/bundles/{Hash(instance.UserData, "BUNDLE_SHA256")}.tar", "something else");
        var (exitCode, _) = await instance.StartAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("is not the file that release 0123456789ab was made with", instance.Log);
        AssertAbandoned(instance);
        Assert.DoesNotContain(instance.Calls, call => call.StartsWith("systemctl start"));
    }

    [Fact]
    public async Task A_compose_plugin_with_another_hash_is_never_run()
    {
        using var instance = new Instance("web");
        instance.Put($"behaviour/bucket/bundles/docker-compose-2.39.4-{Hash(instance.UserData, "COMPOSE_SHA256")[..12]}", "something else");
        Assert.Equal(1, (await instance.StartAsync("ls /usr/local/lib/docker/cli-plugins/docker-compose.new")).ExitCode);
        AssertAbandoned(instance);
        Assert.DoesNotContain(instance.Calls, call => call.StartsWith("docker "));
    }

    [Fact]
    public async Task The_authorities_that_containers_trust_are_those_of_the_hash_and_no_others()
    {
        using var instance = new Instance("worker");
        var (_, text) = await instance.StartAsync("cat /opt/vectordb/ca/extra.pem");
        Assert.Contains("the authorities", text);

        instance.Put($"behaviour/bucket/bundles/ca-{Hash(instance.UserData, "CA_SHA256")[..12]}.pem", "somebody's");
        instance.Forget("opt/vectordb/ca/extra.pem");
        Assert.Equal(1, (await instance.StartAsync()).ExitCode);
        AssertAbandoned(instance);
    }

    [Fact]
    public async Task A_registry_that_is_down_abandons_the_launch()
    {
        using var instance = new Instance("web");
        instance.Behave("registry-down");
        Assert.Equal(1, (await instance.StartAsync()).ExitCode);
        Assert.Contains("connection refused", instance.Log);
        Assert.Equal(["fetch-config", "journalctl", "sleep 15", Abandon], InOrder(instance.Calls, "fetch-config", "journalctl", "sleep 15", Abandon));
    }

    [Fact]
    public async Task A_package_run_beside_ours_is_waited_for()
    {
        using var instance = new Instance("worker");
        instance.Behave("dnf-busy", "2");
        Assert.Equal(0, (await instance.StartAsync()).ExitCode);
        Assert.Equal(3, instance.Calls.Count(call => call.StartsWith("dnf ")));
    }

    [Fact]
    public async Task Another_release_answering_is_not_taken_for_this_one()
    {
        using var instance = new Instance("web");
        instance.Behave("release", "ffffffffffff");
        Assert.Equal(1, (await instance.StartAsync()).ExitCode);
        AssertAbandoned(instance);
    }

    [Fact]
    public async Task Container_logs_get_the_names_that_the_agent_collects()
    {
        using var instance = new Instance("web");
        var (_, target) = await instance.StartAsync("readlink /var/log/vectordb/api.log; jq -r '.logs.logs_collected.files.collect_list[].file_path' /opt/vectordb/current/cloudwatch-agent-web.json");
        Assert.Contains("/var/lib/docker/containers/c1/c1-json.log", target);
        Assert.Contains("/var/log/vectordb/api.log", target);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("worker")]
    public async Task A_person_on_the_instance_has_docker_compose_look_at_the_release_without_telling_it_more(string profile)
    {
        using var instance = new Instance(profile);
        var (exitCode, seen) = await instance.StartAsync(
            """cd /opt/vectordb/current; set -a; . ./.env; ls "$COMPOSE_FILE"; echo "$COMPOSE_PROJECT_NAME has profile $COMPOSE_PROFILES of release $VECTORDB_RELEASE" """);
        Assert.Equal(0, exitCode);
        Assert.Contains($"docker-compose.prod.yml\nvectordb has profile {profile} of release {Hash(instance.UserData, "RELEASE")}", seen);
    }

    [Fact]
    public async Task An_instance_that_is_to_go_finishes_its_work_before_it_lets_Auto_Scaling_end_it()
    {
        using var instance = new Instance("web");
        await instance.StartAsync();
        instance.Put("behaviour/calls.log", "");
        Assert.Equal(0, (await instance.DrainAsync()).ExitCode);
        string[] expected = ["target-lifecycle-state", "sleep 5", "target-lifecycle-state", "sleep 30", "systemctl stop vectordb.service", "--lifecycle-hook-name drain"];
        Assert.Equal(expected, InOrder(instance.Calls, expected));
    }

    /// <summary>The last that it did; and nothing holds the machine that has nothing to drain.</summary>
    private static void AssertAbandoned(Instance instance)
    {
        Assert.Contains(Abandon, instance.Calls[^2]);
        Assert.Contains("--lifecycle-hook-name drain", instance.Calls[^1]);
    }

    private static string Hash(string script, string name) => script.Split($"{name}=")[1].Split('\n')[0];

    /// <summary>Those of the parts that occur in the calls in this order.</summary>
    private static List<string> InOrder(string[] calls, params string[] parts)
    {
        var found = new List<string>();
        var from = 0;
        foreach (var part in parts)
        {
            var at = Array.FindIndex(calls, from, call => call.Contains(part));
            if (at >= 0)
            {
                found.Add(part);
                from = at;
            }
        }

        return found;
    }
}
