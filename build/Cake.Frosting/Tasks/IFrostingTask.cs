using Cake.Core;

namespace Cake.Frosting;

/// <summary>A unit of work. Derive from <see cref="FrostingTask{T}"/> or <see cref="AsyncFrostingTask{T}"/>.</summary>
public interface IFrostingTask
{
    /// <summary>Shown in the report when <see cref="ShouldRun"/> said no.</summary>
    string SkippedMessage => string.Empty;

    /// <summary>Does the work.</summary>
    Task RunAsync(ICakeContext context);

    /// <summary>Whether the work has to be done.</summary>
    bool ShouldRun(ICakeContext context);

    /// <summary>Handles an exception of <see cref="RunAsync"/>. The run goes on unless this throws.</summary>
    void OnError(Exception exception, ICakeContext context);

    /// <summary>Runs last, whether the work succeeded or failed.</summary>
    void Finally(ICakeContext context);
}
