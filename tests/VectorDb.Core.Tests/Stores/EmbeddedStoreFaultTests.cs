using System.Diagnostics;
using VectorDb.Core.Collections;
using VectorDb.Core.Stores;
using VectorDb.Core.Stores.Embedded;
using VectorDb.Core.Tests.Search;
using Record = VectorDb.Core.Records.Record;
using SqliteDatabase = VectorDb.Core.Stores.Embedded.Database;

namespace VectorDb.Core.Tests.Stores;

/// <summary>Damage, a full disk, a killed process: an error that says so, and nothing accepted is lost.</summary>
public sealed class EmbeddedStoreFaultTests : IDisposable
{
    private const string ChildDatabase = "VECTORDB_TEST_CHILD_DATABASE";
    private const int Dimension = 256;
    private const int Batches = 90;
    private static readonly TimeSpan Promised = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => _folder.File("vectors.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_by_name()
    {
        await File.WriteAllTextAsync(Database, new string('x', 10_000), Cancellation);
        await using var store = Open(Database);

        var fault = await Assert.ThrowsAsync<StoreException>(() => store.MigrateAsync(Cancellation));

        Assert.Equal(StoreFault.Corrupt, fault.Fault);
        Assert.Contains(Database, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_damaged_in_the_middle_is_an_error_and_no_wrong_result()
    {
        await using (var store = Open(Database))
        {
            await CreateAsync(store);
            await UpsertAsync(store, 0, 500);
        }

        await using (var file = File.OpenWrite(Database))
        {
            file.Position = 8192 * 8;
            await file.WriteAsync(new byte[8192 * 20], Cancellation);
        }

        await using var damaged = Open(Database);
        var fault = await Assert.ThrowsAsync<StoreException>(() => SearchAsync(damaged));

        Assert.Equal(StoreFault.Corrupt, fault.Fault);
    }

    [Fact]
    public async Task A_file_of_a_release_that_this_one_cannot_read_is_refused()
    {
        await using (var store = Open(Database))
        {
            await CreateAsync(store);
        }

        using (var database = SqliteDatabase.Open(Database))
        {
            database.Execute("PRAGMA user_version = 7; UPDATE settings SET value = '1' WHERE name = 'readable_from_version'");
        }

        await using (var readable = Open(Database))
        {
            await readable.MigrateAsync(Cancellation);
        }

        using (var database = SqliteDatabase.Open(Database))
        {
            database.Execute("UPDATE settings SET value = '7' WHERE name = 'readable_from_version'");
        }

        await using var unreadable = Open(Database);
        Assert.Equal(StoreFault.TooNew, (await Assert.ThrowsAsync<StoreException>(() => unreadable.MigrateAsync(Cancellation))).Fault);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_full_disk_refuses_the_batch_keeps_all_before_it_and_goes_on_when_there_is_room()
    {
        RequiredTool.Demand(Environment.UserName == "root", "A disk of two megabytes is mounted, which only root may do");
        var mount = _folder.File("disk");
        Directory.CreateDirectory(mount);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount);
        try
        {
            await using var store = Open(Path.Combine(mount, "vectors.db"));
            await CreateAsync(store);
            var stored = 0;
            StoreException? fault = null;
            while (fault is null)
            {
                try
                {
                    await UpsertAsync(store, stored, 50);
                    stored += 50;
                }
                catch (StoreException e)
                {
                    fault = e;
                }
            }

            Assert.Equal(StoreFault.Full, fault.Fault);
            Assert.InRange(stored, 50, 2_000);
            Assert.Equal(stored, (await store.GetAsync("c", Cancellation)).Count);
            Assert.Equal(stored, (await SearchAsync(store)).Count);

            await RunAsync("mount", "-o", "remount,size=20m", mount);
            await UpsertAsync(store, stored, 50);
            Assert.Equal(stored + 50, (await SearchAsync(store)).Count);
        }
        finally
        {
            await RunAsync("umount", mount);
        }
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task A_killed_process_loses_no_acknowledged_batch()
    {
        const int Acknowledged = 20;
        await using (var store = Open(Database))
        {
            await CreateAsync(store);
        }

        using (var writer = StartWriter())
        {
            await writer.StandardInput.WriteAsync(new string('\n', Batches));
            await writer.StandardInput.FlushAsync(Cancellation);
            for (var batch = 0; batch < Acknowledged; batch++)
            {
                Assert.True(await StoredAsync(writer), $"after {batch} batches");
            }

            await KillAsync(writer);
        }

        await using var afterwards = Open(Database);
        Assert.InRange((await SearchAsync(afterwards)).Count, Acknowledged * 10, 1_000);
        await UpsertAsync(afterwards, 90_000, 1);
    }

    [Fact]
    [Trait(Suites.Trait, Suites.Full)]
    public async Task Half_of_twenty_batches_of_another_process_are_found_within_100_ms()
    {
        await using var store = Open(Database);
        await CreateAsync(store);
        Assert.Empty(await SearchAsync(store));
        using var writer = StartWriter();
        const int Row = 20;
        const int Most = 80;
        var visible = new List<TimeSpan>();
        // A machine with other work may hold up any one of them, and for a while most: asked is that twenty in a row are as fast as promised.
        while (visible.Count < Most && !(visible.Count >= Row && Median() <= Promised))
        {
            await writer.StandardInput.WriteLineAsync();
            await writer.StandardInput.FlushAsync(Cancellation);
            Assert.True(await StoredAsync(writer));
            var watch = Stopwatch.StartNew();
            var rows = (visible.Count + 1) * 10;
            await Eventually.TrueAsync(async () => (await SearchAsync(store)).Count >= rows, "the search sees it");
            visible.Add(watch.Elapsed);
        }

        await KillAsync(writer);

        Assert.InRange(visible.Count, Row, Most);
        Assert.InRange(Median(), TimeSpan.Zero, Promised);

        TimeSpan Median() => visible.TakeLast(Row).Order().ElementAt(Row / 2);
    }

    /// <summary>Not a test: what the two above run as a process of its own. It stores a batch for each line that it is given.</summary>
    [Fact(Explicit = true)]
    public async Task Writer_for_another_process()
    {
        await using var store = Open(Environment.GetEnvironmentVariable(ChildDatabase)!);
        for (var batch = 0; batch < Batches && Console.ReadLine() is not null; batch++)
        {
            await UpsertAsync(store, batch * 10, 10);
            Console.WriteLine($"stored {batch}");
        }
    }

    private Process StartWriter() => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!, [typeof(EmbeddedStoreFaultTests).Assembly.Location, "-explicit", "only", "-method", $"*.{nameof(Writer_for_another_process)}"])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        Environment = { [ChildDatabase] = Database },
    })!;

    /// <returns>Whether the writer has acknowledged one batch more; false at its end.</returns>
    private static async Task<bool> StoredAsync(Process writer)
    {
        while (await writer.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.StartsWith("stored ", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task KillAsync(Process writer)
    {
        writer.Kill();
        await writer.WaitForExitAsync(Cancellation);
    }

    private static EmbeddedStore Open(string path) => new(new VectorStoreOptions(VectorStoreKind.Embedded, path));

    private static async Task CreateAsync(EmbeddedStore store)
    {
        await store.MigrateAsync(Cancellation);
        await store.CreateAsync(new CollectionSpec("c", Dimension, Metric.Dot), Cancellation);
    }

    private static Task UpsertAsync(EmbeddedStore store, int first, int count) => store.UpsertAsync(
        "c", [.. Enumerable.Range(first, count).Select(n => new Record($"r{n}", Text: null, Vectors.Normal(n, Dimension), Metadata: null))], Cancellation);

    private static Task<IReadOnlyList<SearchHit>> SearchAsync(EmbeddedStore store) =>
        store.SearchAsync("c", new SearchQuery(Vectors.Normal(-1, Dimension), 1_000), Cancellation);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.Equal(0, process.ExitCode);
    }
}
