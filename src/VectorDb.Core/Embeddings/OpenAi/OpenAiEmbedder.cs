using System.Globalization;
using Microsoft.Extensions.AI;

namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>Plans full requests, sends them, and halves one that is refused until the text that spoils it stands alone.</summary>
internal sealed class OpenAiEmbedder(OpenAiOptions options, EmbeddingService service) : ITextEmbedder, IDisposable
{
    // The dimension changes the vector, so it is part of the name where it can be chosen.
    public string Name { get; } = string.Create(
        CultureInfo.InvariantCulture, $"openai:{options.Model}{(options.CanChooseDimension ? $":{options.Dimension}" : "")}");

    public int Dimension => options.Dimension;

    public async Task<IReadOnlyList<EmbeddingOutcome>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var outcomes = new EmbeddingOutcome[texts.Count];
        await Task.WhenAll(RequestPlan.Of(texts, options, outcomes).Select(request => SettleAsync(request, outcomes, cancellationToken)));
        return outcomes;
    }

    public void Dispose() => service.Dispose();

    private async Task SettleAsync(PlannedRequest request, EmbeddingOutcome[] outcomes, CancellationToken cancellationToken)
    {
        var (vectors, refusal) = await service.SendAsync(request, cancellationToken);
        if (vectors is not null)
        {
            Place(request, vectors, outcomes);
        }
        else if (refusal!.Kind == RefusalKind.BadRequest && request.Texts.Length > 1)
        {
            var (first, second) = request.Bisect();
            await Task.WhenAll(SettleAsync(first, outcomes, cancellationToken), SettleAsync(second, outcomes, cancellationToken));
        }
        else
        {
            foreach (var place in request.Places)
            {
                outcomes[place] = new EmbeddingOutcome(Vector: null, $"The embeddings service refused the text. {refusal.Message}")
                {
                    RetryAfter = refusal.Kind == RefusalKind.QuotaExhausted ? refusal.Wait : null,
                };
            }
        }
    }

    private static void Place(PlannedRequest request, GeneratedEmbeddings<Embedding<float>> vectors, EmbeddingOutcome[] outcomes)
    {
        for (var i = 0; i < vectors.Count; i++)
        {
            outcomes[request.Places[i]] = new EmbeddingOutcome(vectors[i].Vector, Error: null);
        }
    }
}
