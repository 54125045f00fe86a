namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>Texts that go into one request, by their place in the caller's list.</summary>
internal sealed record PlannedRequest(int[] Places, string[] Texts, int Tokens)
{
    /// <summary>Two halves, to find out which of the texts is refused.</summary>
    public (PlannedRequest First, PlannedRequest Second) Bisect()
    {
        var middle = Texts.Length / 2;
        return (Slice(..middle), Slice(middle..));
    }

    private PlannedRequest Slice(Range range) =>
        new(Places[range], Texts[range], Texts[range].Sum(TokenCount.Estimate));
}

internal static class RequestPlan
{
    /// <summary>Requests as full as the service takes them; what it would refuse for certain gets its outcome at once.</summary>
    public static List<PlannedRequest> Of(IReadOnlyList<string> texts, OpenAiOptions limits, EmbeddingOutcome[] outcomes)
    {
        var requests = new List<PlannedRequest>();
        var places = new List<int>();
        var tokens = 0;
        for (var place = 0; place < texts.Count; place++)
        {
            var text = texts[place];
            if (string.IsNullOrWhiteSpace(text))
            {
                outcomes[place] = new EmbeddingOutcome(Vector: null, "The text is empty.");
            }
            else if (TokenCount.IsOver(text, limits.MostTokensInInput))
            {
                outcomes[place] = new EmbeddingOutcome(
                    Vector: null,
                    $"The text has {TokenCount.Of(text)} tokens; {limits.Model} takes {limits.MostTokensInInput}. Upload with a chunk size to cut long texts.");
            }
            else
            {
                var more = Math.Min(TokenCount.Estimate(text), limits.MostTokensInInput);
                if (places.Count == limits.MostInputs || (tokens + more > limits.MostTokensInRequest && places.Count > 0))
                {
                    Close();
                }

                places.Add(place);
                tokens += more;
            }
        }

        Close();
        return requests;

        void Close()
        {
            if (places.Count > 0)
            {
                requests.Add(new PlannedRequest([.. places], [.. places.Select(place => texts[place])], tokens));
                places.Clear();
                tokens = 0;
            }
        }
    }
}
