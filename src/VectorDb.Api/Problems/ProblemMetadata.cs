using VectorDb.Api.Access;
using VectorDb.Core.Security;

namespace VectorDb.Api.Problems;

internal static class ProblemMetadata
{
    /// <summary>Documents the failures that are this call's own; <see cref="FailsLikeAll"/> adds those of every call.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder builder, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            builder.WithMetadata(Answer(status));
        }

        return builder;
    }

    /// <summary>Documents the failures of every call: a bad request, no key or too small a one, too many requests, or a part that is away.</summary>
    public static TBuilder FailsLikeAll<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(static endpoint =>
        {
            // Whatever writes may find the disk full.
            int[] statuses = endpoint.Metadata.OfType<RequiredScope>().Any(static needed => needed.Scope == Scope.Write)
                ? [400, 401, 403, 429, 500, 503, 504, 507]
                : [400, 401, 403, 429, 500, 503, 504];
            foreach (var status in statuses)
            {
                endpoint.Metadata.Add(Answer(status));
            }
        });
        return builder;
    }

    private static ProducesResponseTypeMetadata Answer(int status) => new(status, typeof(Problem), ["application/problem+json"]);
}
