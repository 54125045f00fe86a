using VectorDb.Build.Reporting;

namespace VectorDb.Build.Environments;

/// <summary>Steps of the chain: done where the environment needs them, and named with the reason where it does not.</summary>
/// <param name="target">What was typed.</param>
internal sealed class ReleaseSteps(IReleaseEnvironment environment, StepJournal journal, string? target)
{
    public Task RunAsync(string name, Func<Task<string?>> work)
    {
        if (environment.OmittedSteps.FirstOrDefault(step => step.Name == name) is not { } omitted || (omitted.MayBeAsked && name == target))
        {
            return journal.RunAsync(name, work);
        }

        journal.Omit(omitted.Name, omitted.Reason);
        return Task.CompletedTask;
    }
}
