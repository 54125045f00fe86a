namespace VectorDb.Api.Problems;

internal static class ProblemMetadata
{
    /// <summary>Documents the failures that are this call's own; those of every call are added to the group.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder builder, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            builder.Produces<Problem>(status, "application/problem+json");
        }

        return builder;
    }
}
