namespace Cake.Frosting.Tests;

/// <summary>The one task that a host finds by itself in this assembly.</summary>
[TaskDescription("Is found.")]
public sealed class FoundTask : FrostingTask;
