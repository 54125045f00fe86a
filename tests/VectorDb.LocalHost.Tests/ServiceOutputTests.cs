using System.Collections;
using VectorDb.LocalHost.Supervision;
using VectorDb.LocalHost.Tests.Hosting;

namespace VectorDb.LocalHost.Tests;

[Trait(Suites.Trait, Suites.Full)]
public sealed class ServiceOutputTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_service_that_did_not_start_is_told_of_with_what_it_printed_last()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(static entry => (string)entry.Key, static entry => (string)entry.Value!, StringComparer.Ordinal);
        environment["FAKE_WORKER"] = "exit";
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        using var register = new ProcessRegister(Directory.CreateDirectory(_home.File("run")).FullName);
        SupervisedService? started = null;
        var context = new SupervisionContext(new HealthProbe(client), register, SlowLog, TimeProvider.System);
        await using var service = started = new SupervisedService(
            new ServiceDefinition("worker", "one", Path.Combine(_home.Release("one"), "worker", "VectorDb.FakeService.dll"), environment), context);

        var tail = service.Started.ContinueWith(_ => service.Tail, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        service.Start();

        Assert.Equal("ended with exit code 3", await service.Started);
        Assert.Equal(["starting", "cannot go on"], await tail);

        // Until the process has ended, so that its last line is still to be read then.
        void SlowLog(string name, string line)
        {
            if (line == "one starting")
            {
                SpinWait.SpinUntil(() => started!.Pid is null, TimeSpan.FromSeconds(30));
            }
        }
    }
}
