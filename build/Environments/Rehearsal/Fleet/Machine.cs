using VectorDb.Build.Processes;

namespace VectorDb.Build.Environments.Rehearsal.Fleet;

/// <summary>One instance from its launch to its end, and the container behind it.</summary>
internal sealed class Machine
{
    private const string Terminated = "Terminated";

    private readonly InstanceContainer _container;
    private readonly EmulatedAws _aws;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stop;
    private readonly TaskCompletionSource _startIsOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private InstanceLife _life;

    public Machine(InstanceRecord record, InstanceContainer container, EmulatedAws aws, TimeProvider time, CancellationToken stop)
    {
        (_container, _aws, _time, _stop) = (container, aws, time, stop);
        _life = new InstanceLife(record.Id, record.Group, record.TemplateVersion, record.State);
        Launched = time.GetTimestamp();
        Work = RunAsync();
    }

    public long Launched { get; }

    public InstanceLife Life
    {
        get
        {
            lock (_gate)
            {
                return _life;
            }
        }
    }

    /// <summary>Whether its group still has it.</summary>
    public bool IsThere => Life.State != Terminated;

    /// <summary>Over when nothing of it runs any more.</summary>
    public Task Work { get; private set; }

    public void See(InstanceRecord record) => Change((life, elapsed) => life with
    {
        State = record.State,
        InService = record.State == "InService" ? life.InService ?? elapsed : life.InService,
        Leaving = record.IsLeaving ? life.Leaving ?? elapsed : life.Leaving,
    });

    /// <summary>Its group has it no longer.</summary>
    public void Remove()
    {
        Change(static (life, elapsed) => life with { State = Terminated, Leaving = life.Leaving ?? elapsed });
        Work = Task.WhenAll(Work, RemoveAsync());
    }

    private async Task RunAsync()
    {
        try
        {
            string address;
            try
            {
                address = await _container.StartAsync(_aws.Endpoint, _stop);
                Change(static (life, elapsed) => life with { Started = elapsed });
            }
            finally
            {
                _startIsOver.SetResult();
            }

            await ControlAsync(HttpMethod.Put, "/network", new { privateIp = address });
            await FailAsync(await _container.EndsAsync(_stop));
        }
        catch (CommandFailedException refused)
        {
            await FailAsync(refused.Message);
        }
    }

    /// <summary>A machine that ends before its group lets it go is replaced by the group, as EC2's own check would have it.</summary>
    private async Task FailAsync(string reason)
    {
        if (IsThere)
        {
            Change((life, _) => life with { Failure = reason });
            await ControlAsync(HttpMethod.Delete, "", new { reason });
        }
    }

    private async Task RemoveAsync()
    {
        await _startIsOver.Task;
        await _container.RemoveAsync(_stop);
        Change(static (life, elapsed) => life with { Gone = elapsed });
    }

    private async Task ControlAsync(HttpMethod method, string path, object body)
    {
        try
        {
            await _aws.ControlAsync(method, $"instances/{Life.Id}{path}", body, _stop);
        }
        catch (HttpRequestException)
        {
            // The record went in the same moment: there is nothing left to tell.
        }
    }

    private void Change(Func<InstanceLife, TimeSpan, InstanceLife> change)
    {
        lock (_gate)
        {
            _life = change(_life, _time.GetElapsedTime(Launched));
        }
    }
}
