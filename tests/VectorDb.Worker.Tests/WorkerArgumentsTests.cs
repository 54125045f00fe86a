namespace VectorDb.Worker.Tests;

public sealed class WorkerArgumentsTests
{
    [Fact]
    public void Time_limits_become_settings_and_the_rest_stays() => Assert.Equal(
        ["--VECTORDB_WORKER_HARD_LIMIT=1800", "--VECTORDB_WORKER_SOFT_LIMIT", "1740", "--VECTORDB_WORKER_CONCURRENCY=2", "--urls=x"],
        WorkerArguments.ToSettings(["--time-limit=1800", "--soft-time-limit", "1740", "--concurrency=2", "--urls=x"]));
}
