using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace VectorDb.Core.Embeddings.OpenAi;

/// <summary>
/// Reads the answer to an embeddings request as it comes in, straight into the floats of all its vectors: a full answer is 17 MB of
/// JSON, and as a document it would be held several times over.
/// </summary>
internal sealed class EmbeddingsParser(int inputs, int dimension)
{
    private const int Nowhere = -1;
    private readonly float[] _floats = new float[(long)inputs * dimension];
    private readonly int[] _slotOf = Enumerable.Repeat(Nowhere, inputs).ToArray();
    private string? _property;
    private int _slot;
    private int _index = Nowhere;
    private int _numbers = Nowhere;
    private bool _hasVector;

    /// <summary>As the service counts them; null when it does not say.</summary>
    public int? Tokens { get; private set; }

    /// <returns>The vectors in the order of the inputs.</returns>
    /// <exception cref="JsonException">It is not the answer that was asked for.</exception>
    public async Task<ReadOnlyMemory<float>[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        var state = default(JsonReaderState);
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var consumed = Take(read.Buffer, read.IsCompleted, ref state);
            pipe.AdvanceTo(consumed, read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await pipe.CompleteAsync();
        return Array.ConvertAll(_slotOf, slot => slot == Nowhere
            ? throw new JsonException($"The answer has {_slot} vectors for {inputs} texts.")
            : (ReadOnlyMemory<float>)_floats.AsMemory(slot * dimension, dimension));
    }

    private SequencePosition Take(ReadOnlySequence<byte> buffer, bool isLast, ref JsonReaderState state)
    {
        var reader = new Utf8JsonReader(buffer, isLast, state);
        while (reader.Read())
        {
            Take(ref reader);
        }

        state = reader.CurrentState;
        return reader.Position;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _property = reader.GetString();
                break;
            case JsonTokenType.String when _property == "embedding":
                TakeBase64(ref reader);
                break;
            case JsonTokenType.StartArray when _property == "embedding":
                DemandRoom();
                _numbers = 0;
                break;
            case JsonTokenType.Number when _numbers != Nowhere:
                DemandLength(_numbers < dimension ? dimension : _numbers + 1);
                _floats[(_slot * dimension) + _numbers++] = reader.GetSingle();
                break;
            case JsonTokenType.EndArray when _numbers != Nowhere:
                DemandLength(_numbers);
                (_numbers, _hasVector) = (Nowhere, true);
                break;
            case JsonTokenType.Number when _property == "index":
                _index = reader.GetInt32();
                break;
            case JsonTokenType.Number when _property == "prompt_tokens":
                Tokens = reader.GetInt32();
                break;
            case JsonTokenType.EndObject when _hasVector:
                EndItem();
                break;
        }
    }

    private void TakeBase64(ref Utf8JsonReader reader)
    {
        DemandRoom();
        var target = MemoryMarshal.AsBytes(_floats.AsSpan(_slot * dimension, dimension));
        var length = (int)(reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length);
        DemandLength(Base64.GetMaxDecodedFromUtf8Length(length) / sizeof(float) is var most && most >= dimension && most <= dimension + 1 ? dimension : most);
        var copy = reader.HasValueSequence ? ArrayPool<byte>.Shared.Rent(length) : null;
        try
        {
            if (copy is not null)
            {
                reader.ValueSequence.CopyTo(copy);
            }

            var text = copy is null ? reader.ValueSpan : copy.AsSpan(0, length);
            if (Base64.DecodeFromUtf8(text, target, out _, out var written) != OperationStatus.Done || written != target.Length)
            {
                throw new JsonException("A vector in the answer is not in base64.");
            }
        }
        finally
        {
            if (copy is not null)
            {
                ArrayPool<byte>.Shared.Return(copy);
            }
        }

        _hasVector = true;
    }

    private void EndItem()
    {
        var index = _index == Nowhere ? _slot : _index;
        if (index < 0 || index >= inputs)
        {
            throw new JsonException($"The answer has a vector for text {index} of {inputs}.");
        }

        _slotOf[index] = _slot++;
        (_index, _hasVector) = (Nowhere, false);
    }

    private void DemandRoom()
    {
        if (_slot >= inputs)
        {
            throw new JsonException($"The answer has more vectors than the {inputs} texts.");
        }
    }

    private void DemandLength(int length)
    {
        if (length != dimension)
        {
            throw new JsonException($"The service gives vectors of {length} numbers; {dimension} are configured (VECTORDB_EMBEDDER_DIMENSION).");
        }
    }
}
