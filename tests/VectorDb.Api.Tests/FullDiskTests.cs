using System.Diagnostics;
using System.Net;
using System.Text;

namespace VectorDb.Api.Tests;

/// <summary>On a file system of 8 MB that really runs full.</summary>
[Trait(Suites.Trait, Suites.Full)]
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly bool _mounted;

    public FullDiskTests()
    {
        RequiredTool.Demand(Environment.UserName == "root", "only root may mount a small file system");
        _mounted = Run(RequiredTool.Find("mount"), "-t", "tmpfs", "-o", "size=8m", "tmpfs", _folder.Path) == 0;
        RequiredTool.Demand(_mounted, "a small file system cannot be mounted");
    }

    public void Dispose()
    {
        if (_mounted)
        {
            Run(RequiredTool.Find("umount"), "-l", _folder.Path);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task What_finds_no_room_is_507_and_what_was_accepted_stays()
    {
        await using var api = await ApiHost.StartAsync($"--VECTORDB_DATA={_folder.Path}");
        var collection = await api.CollectionAsync(3);
        var records = $"/api/v1/collections/{collection}/records";
        Assert.Equal(HttpStatusCode.OK, (await api.PutAsync(records, """{"records":[{"id":"kept","vector":[1,2,3]}]}""")).Status);

        using var upload = new StringContent(new string('x', 9_000_000), Encoding.UTF8, "text/plain");
        (await api.SendAsync(HttpMethod.Post, $"/api/v1/collections/{await api.CollectionAsync()}/uploads", upload)).Problem(HttpStatusCode.InsufficientStorage);
        var text = new string('y', 1_000_000);
        Answer last;
        var number = 0;
        do
        {
            last = await api.PutAsync(records, $$"""{"records":[{"id":"r{{number++}}","vector":[1,2,3],"text":"{{text}}"}]}""");
        }
        while (last.Status == HttpStatusCode.OK && number < 20);

        last.Problem(HttpStatusCode.InsufficientStorage);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(records + "/kept")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("/health")).Status);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
