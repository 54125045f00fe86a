using System.Net;
using VectorDb.Core.Tasks;

namespace VectorDb.Dashboard.Tests;

public sealed class TaskPageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_is_shown_with_its_errors_and_the_rest_of_them_to_download()
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", succeeded: 100, failed: 150, total: 250);
        using var client = host.Client();
        var html = await client.GetStringAsync($"/dashboard/tasks/{task.Id}", Cancellation);
        Assert.Contains("partially completed", html);
        Assert.Contains("The first 100 of 150", html);

        var lines = (await client.GetStringAsync($"/dashboard/tasks/{task.Id}/errors", Cancellation)).TrimEnd('\n').Split('\n');
        Assert.Equal(150, lines.Length);
        Assert.StartsWith("{\"row\":1,\"id\":\"id-1\",\"reason\":", lines[0]);
    }

    [Fact]
    public async Task A_running_task_can_be_cancelled()
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", 1, 0, 10);
        using var client = host.Client();
        var answer = await client.SubmitAsync($"/dashboard/tasks/{task.Id}", $"/dashboard/tasks/{task.Id}/cancel");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(TaskState.Cancelled, (await host.Ledger.FindAsync(task.Id, Cancellation))!.State);
    }

    [Fact]
    public async Task The_failed_records_of_a_task_can_be_retried()
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", 1, 1, 2);
        using var client = host.Client();
        var answer = await client.SubmitAsync($"/dashboard/tasks/{task.Id}", $"/dashboard/tasks/{task.Id}/retry");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.DoesNotContain(task.Id, answer.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(answer.Headers.Location, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task What_a_cancelled_task_had_not_come_to_can_be_retried_too()
    {
        await using var host = await DashboardHost.OpenAsync();
        var id = Guid.NewGuid().ToString("N");
        await host.Ledger.CreateAsync(new NewTask(id, "books", $"uploads/{id}/a", new UploadOptions(), null, id), Cancellation);
        using var client = host.Client();
        Assert.DoesNotContain($"/dashboard/tasks/{id}/retry", await client.GetStringAsync($"/dashboard/tasks/{id}", Cancellation));

        await host.Ledger.CancelAsync(id, Cancellation);
        Assert.Contains($"/dashboard/tasks/{id}/retry", await client.GetStringAsync($"/dashboard/tasks/{id}", Cancellation));
        var answer = await client.SubmitAsync($"/dashboard/tasks/{id}", $"/dashboard/tasks/{id}/retry");

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.DoesNotContain(id, answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_form_that_this_site_did_not_render_changes_nothing()
    {
        await using var host = await DashboardHost.OpenAsync();
        var task = await host.AddTaskAsync("books", 1, 0, 10);
        var answer = await host.Client().PostAsync($"/dashboard/tasks/{task.Id}/cancel", new FormUrlEncodedContent([]), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(TaskState.ProcessingChunks, (await host.Ledger.FindAsync(task.Id, Cancellation))!.State);
    }

    [Theory]
    [InlineData("/dashboard/tasks/one")]
    [InlineData("/dashboard/tasks/one/errors")]
    public async Task A_ledger_that_cannot_be_read_is_told_of_on_the_page(string path)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("tasks.db"));
        await using var host = await DashboardHost.OpenAsync("--VECTORDB_DATA", folder.Path);
        var answer = await host.Client().GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains($"under the request id {answer.Headers.GetValues("X-Request-Id").Single()}", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_task_that_does_not_exist_is_a_404_with_a_way_back()
    {
        await using var host = await DashboardHost.OpenAsync();
        var answer = await host.Client().GetAsync("/dashboard/tasks/nope", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("All tasks", await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
