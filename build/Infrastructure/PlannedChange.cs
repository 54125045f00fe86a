using VectorDb.Build.Infrastructure.Plans;
using VectorDb.Build.Infrastructure.Policy;
using VectorDb.Build.Releases;

namespace VectorDb.Build.Infrastructure;

/// <summary>A saved plan with all that a person needs to approve it.</summary>
/// <param name="Saved">What is applied.</param>
/// <param name="Plan">What it does.</param>
/// <param name="Hash">What an approval names.</param>
/// <param name="Findings">Broken rules without a waiver; with any, it may not be applied.</param>
internal sealed record PlannedChange(SavedPlan Saved, Plan Plan, ContentHash Hash, IReadOnlyList<PolicyFinding> Findings);
